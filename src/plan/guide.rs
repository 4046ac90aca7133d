//! A guide for users of libphonenumber: the counterpart of each of its functions.
//!
//! ```
//! use telnum::plan::{self, Region, Style};
//!
//! // PhoneNumberUtil util = PhoneNumberUtil.getInstance();
//! // PhoneNumber number = util.parse("044 668 18 00", "CH");
//! let number = plan::parse("044 668 18 00", Some(Region::CH))?.number;
//! // util.isValidNumber(number); util.format(number, PhoneNumberFormat.INTERNATIONAL);
//! assert!(number.is_valid());
//! assert_eq!(plan::format(number, Style::International), "+41 44 668 18 00");
//! # Ok::<(), plan::ParseError>(())
//! ```
//!
//! Four differences concern all functions:
//!
//! - There is no instance: the functions read constant tables.
//! - A [`PhoneNumber`](crate::PhoneNumber) consists of the calling code and the national number only.
//!   [`Parsed`](super::Parsed) contains the other results of parsing: the extension, the carrier code, and
//!   the source of the country. Functions that need the raw input take it as an argument.
//! - A number has at most 15 digits (ITU-T E.164).
//! - [`Region`](super::Region) and [`CallingCode`](crate::CallingCode) are types, so that most arguments that
//!   libphonenumber ignores or logs do not compile.
//!
//! The search of this documentation finds the functions by most of libphonenumber's names, too.
//! [`deviations`](crate::deviations) lists the results that differ.
//!
//! # `PhoneNumberUtil`: parsing
//!
//! | libphonenumber | telnum |
//! |---|---|
//! | `getInstance`, `createInstance` | none needed |
//! | `parse`, `parseAndKeepRawInput` | [`plan::parse`](super::parse()) |
//! | `isAlphaNumber` | [`plan::is_vanity`](super::is_vanity) |
//! | `convertAlphaCharactersInNumber` | [`plan::letters_to_digits`](super::letters_to_digits) |
//! | `normalizeDigitsOnly` | [`plan::digits_only`](super::digits_only) |
//! | `normalizeDiallableCharsOnly` | [`plan::diallable_only`](super::diallable_only) |
//! | `truncateTooLongNumber` | [`plan::truncate`](super::truncate()), [`plan::truncate_text`](super::truncate_text) |
//! | `NumberParseException.getErrorType` | [`ParseError::kind`](super::ParseError::kind), and its [name](super::parse::ParseErrorKind::libphonenumber_name) |
//!
//! # `PhoneNumberUtil`: validity, type, region
//!
//! All of these are results of one [`plan::lookup`](super::lookup()). The most common ones are also methods
//! of the number.
//!
//! | libphonenumber | telnum |
//! |---|---|
//! | `isValidNumber` | [`PhoneNumber::is_valid`](crate::PhoneNumber::is_valid), [`Lookup::is_valid`](super::Lookup::is_valid) |
//! | `isValidNumberForRegion` | [`Lookup::is_valid_for`](super::Lookup::is_valid_for) |
//! | `isPossibleNumber`, `isPossibleNumberWithReason` | [`Lookup::possibility`](super::Lookup::possibility) |
//! | `isPossibleNumber` of a text | [`plan::parse`](super::parse()), then [`Lookup::possibility`](super::Lookup::possibility) |
//! | `isPossibleNumberForType`, `isPossibleNumberForTypeWithReason` | [`Lookup::possibility_as`](super::Lookup::possibility_as) |
//! | `getNumberType` | [`PhoneNumber::number_type`](crate::PhoneNumber::number_type) |
//! | `getRegionCodeForNumber` | [`PhoneNumber::region`](crate::PhoneNumber::region) |
//! | `isNumberGeographical` | [`Lookup::is_geographical`](super::Lookup::is_geographical) |
//! | `canBeInternationallyDialled` | [`Lookup::is_diallable_from_abroad`](super::Lookup::is_diallable_from_abroad) |
//! | `getLengthOfGeographicalAreaCode` | [`Lookup::area_code_len`](super::Lookup::area_code_len) |
//! | `getLengthOfNationalDestinationCode` | [`Lookup::destination_code_len`](super::Lookup::destination_code_len) |
//! | `getNationalSignificantNumber` | [`PhoneNumber::national_digits`](crate::PhoneNumber::national_digits) |
//!
//! # `PhoneNumberUtil`: formatting
//!
//! | libphonenumber | telnum |
//! |---|---|
//! | `format` | [`plan::format`](super::format()), [`plan::format_with_extension`](super::format_with_extension) |
//! | `formatByPattern` | [`plan::format_by_pattern`](super::format_by_pattern) with [`NumberFormat`](super::NumberFormat) |
//! | `formatInOriginalFormat` | [`plan::format_original`](super::format_original) |
//! | `formatNationalNumberWithCarrierCode` | [`plan::format_with_carrier_code`](super::format_with_carrier_code) |
//! | `formatNationalNumberWithPreferredCarrierCode` | [`plan::format_with_preferred_carrier_code`](super::format_with_preferred_carrier_code) |
//! | `formatNumberForMobileDialing` with formatting | [`plan::format_for_mobile`](super::format_for_mobile) |
//! | `formatNumberForMobileDialing` without | [`plan::dial_string_for_mobile`](super::dial_string_for_mobile) |
//! | `formatOutOfCountryCallingNumber` | [`plan::format_out_of_country`](super::format_out_of_country) |
//! | `formatOutOfCountryKeepingAlphaChars` | [`plan::format_keeping_letters`](super::format_keeping_letters) |
//! | `getAsYouTypeFormatter` | [`AsYouType::new`](super::AsYouType::new) |
//!
//! # `PhoneNumberUtil`: regions and calling codes
//!
//! | libphonenumber | telnum |
//! |---|---|
//! | `getSupportedRegions` | [`Region::all`](super::Region::all) |
//! | `getSupportedCallingCodes` | [`plan::calling_codes`](super::calling_codes) |
//! | `getSupportedGlobalNetworkCallingCodes` | [`plan::calling_codes`](super::calling_codes) whose main region is [`Region::WORLD`](super::Region::WORLD) |
//! | `getExampleNumberForType` | [`plan::example_number`](super::example_number); for any region, the first result for the regions of [`Region::all`](super::Region::all) |
//! | `getCountryCodeForRegion` | [`Region::calling_code`](super::Region::calling_code) |
//! | `getRegionCodeForCountryCode` | [`CallingCode::main_region`](crate::CallingCode::main_region) |
//! | `getRegionCodesForCountryCode` | [`CallingCode::regions`](crate::CallingCode::regions) |
//! | `isNANPACountry` | [`Region::is_nanpa`](super::Region::is_nanpa) |
//! | `getNddPrefixForRegion` | [`Region::national_prefix`](super::Region::national_prefix) |
//! | `getCountryMobileToken` | [`CallingCode::mobile_token`](crate::CallingCode::mobile_token) |
//! | `isMobileNumberPortableRegion` | [`Region::has_portable_mobile_numbers`](super::Region::has_portable_mobile_numbers) |
//! | `getSupportedTypesForRegion` | [`Region::number_types`](super::Region::number_types) |
//! | `getSupportedTypesForNonGeoEntity` | [`CallingCode::number_types`](crate::CallingCode::number_types), which answers for every code: that of a region has the types of its main region, where libphonenumber returns none |
//! | `getExampleNumber` | [`plan::example_number`](super::example_number) of [`NumberType::FixedLine`](super::NumberType::FixedLine) |
//! | `getExampleNumberForNonGeoEntity` | [`CallingCode::example_number`](crate::CallingCode::example_number) of one of the code's [types](crate::CallingCode::number_types); it answers for every code, too |
//! | `REGION_CODE_FOR_NON_GEO_ENTITY` | [`Region::WORLD`](super::Region::WORLD) |
//! | `getInvalidExampleNumber` | [`plan::invalid_example_number`](super::invalid_example_number) |
//!
//! # `PhoneNumberMatcher` and `isNumberMatch`
//!
//! | libphonenumber | telnum |
//! |---|---|
//! | `findNumbers`, `PhoneNumberMatcher.hasNext`, `next` | [`plan::find`](super::find()), an iterator |
//! | `findNumbers` with a leniency and a maximum of tries | [`Find::with_leniency`](super::Find::with_leniency), [`Find::with_max_tries`](super::Find::with_max_tries) |
//! | `Leniency` | [`Leniency`](super::Leniency) |
//! | `PhoneNumberMatch.start`, `end`, `rawString`, `number` | the fields of [`Found`](super::Found) |
//! | `isNumberMatch` of numbers, texts, or both; `MatchType` | [`plan::similarity`](super::similarity()), [`Similarity`](super::Similarity) |
//!
//! # Not in libphonenumber
//!
//! | task | telnum |
//! |---|---|
//! | a cell of a spreadsheet: `447911123456.0`, `'+44...`, `+44 (0)20 ...`, two numbers | [`clean::clean`](super::clean::clean()) |
//! | a diagnosis of a column | [`doctor::Doctor`](super::doctor::Doctor) |
//! | a text with its numbers masked | [`plan::redact`](super::redact()) |
//!
//! # Number, format and enums
//!
//! | libphonenumber | telnum |
//! |---|---|
//! | `PhoneNumber.getCountryCode` | [`PhoneNumber::calling_code`](crate::PhoneNumber::calling_code) |
//! | `PhoneNumber.getNationalNumber`, `isItalianLeadingZero`, `getNumberOfLeadingZeros` | [`PhoneNumber::national_digits`](crate::PhoneNumber::national_digits), with all zeros |
//! | `PhoneNumber.getExtension` | [`Parsed::extension`](super::Parsed::extension) |
//! | `PhoneNumber.getCountryCodeSource` | [`Parsed::source`](super::Parsed::source) |
//! | `PhoneNumber.getPreferredDomesticCarrierCode` | [`Parsed::carrier_code`](super::Parsed::carrier_code) |
//! | `PhoneNumber.getRawInput` | the parsed text, which the caller keeps |
//! | `PhoneNumber.exactlySameAs`, `equals` | `==` |
//! | `NumberFormat` | [`NumberFormat`](super::NumberFormat) |
//! | `PhoneNumberFormat`, `PhoneNumberType`, `ValidationResult` | [`Style`](super::Style), [`NumberType`](super::NumberType), [`Possibility`](super::Possibility) |
//! | `CountryCodeSource`, `NumberParseException.ErrorType` | [`CountrySource`](super::parse::CountrySource), [`ParseErrorKind`](super::parse::ParseErrorKind) |
//!
//! # `AsYouTypeFormatter`
//!
//! | libphonenumber | telnum |
//! |---|---|
//! | `inputDigit` | [`AsYouType::push`](super::AsYouType::push) |
//! | `inputDigitAndRememberPosition`, `getRememberedPosition` | [`AsYouType::push_and_remember`](super::AsYouType::push_and_remember), [`AsYouType::remembered_position`](super::AsYouType::remembered_position) |
//! | `clear` | [`AsYouType::clear`](super::AsYouType::clear) |
//!
//! # `ShortNumberInfo`
//!
//! | libphonenumber | telnum |
//! |---|---|
//! | `getInstance` | none needed |
//! | `isPossibleShortNumber`, `isPossibleShortNumberForRegion` | [`short::is_possible`](super::short::is_possible), [`short::is_possible_in`](super::short::is_possible_in) |
//! | `isValidShortNumber`, `isValidShortNumberForRegion` | [`short::is_valid`](super::short::is_valid), [`short::is_valid_in`](super::short::is_valid_in) |
//! | `getExpectedCost`, `getExpectedCostForRegion` | [`short::cost`](super::short::cost), [`short::cost_in`](super::short::cost_in) |
//! | `isEmergencyNumber`, `connectsToEmergencyNumber` | [`short::is_emergency`](super::short::is_emergency), [`short::connects_to_emergency`](super::short::connects_to_emergency) |
//! | `isCarrierSpecific`, `isCarrierSpecificForRegion` | [`short::is_carrier_specific`](super::short::is_carrier_specific), [`short::is_carrier_specific_in`](super::short::is_carrier_specific_in) |
//! | `isSmsServiceForRegion` | [`short::is_sms_service_in`](super::short::is_sms_service_in) |
//! | `getExampleShortNumber`, `getExampleShortNumberForCost` | [`short::example`](super::short::example), [`short::example_of_cost`](super::short::example_of_cost) |
//! | `ShortNumberCost` | [`short::Cost`](super::short::Cost) |
//!
//! # Geocoder, carrier mapper, time zones mapper
//!
//! These functions are in the module `geo`, which requires the feature `geo`. Its functions that take a
//! number look the number up; the methods of a [`Lookup`](super::Lookup) with the same names reuse the
//! lookup.
//!
//! | libphonenumber | telnum |
//! |---|---|
//! | `PhoneNumberOfflineGeocoder.getDescriptionForNumber` | `geo::describe`; with the user's region, `geo::describe_for` |
//! | `PhoneNumberToCarrierMapper.getNameForNumber` | `geo::carrier` |
//! | `PhoneNumberToCarrierMapper.getSafeDisplayName` | `geo::carrier_if_certain` |
//! | `PhoneNumberToTimeZonesMapper.getTimeZonesForNumber` | `geo::time_zones` |
//! | `getDescriptionForValidNumber`, `getNameForValidNumber`, `getTimeZonesForGeographicalNumber` | the functions above, which look up the type of the number first: see [`deviations`](crate::deviations) |
//! | `PhoneNumberToTimeZonesMapper.getUnknownTimeZone` | `geo::TimeZones::is_unknown` |
