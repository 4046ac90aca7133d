//! The differences between telnum and the systems it follows, with reasons.
//!
//! telnum follows three sources: libphonenumber for the numbering plan, the number manager of Kazoo
//! (2600Hz) for the inventory, and five published documents of four APIs for the wire formats. The tables
//! below list every deviation.
//!
//! # From libphonenumber
//!
//! The release is [`plan::METADATA_VERSION`](crate::plan::METADATA_VERSION). Where the ports of
//! libphonenumber disagree, telnum follows the Java port.
//!
//! | libphonenumber | telnum | reason |
//! |---|---|---|
//! | accepts numbers of up to 17 digits | refuses more than 15 digits as too long | ITU-T E.164, section 6.1: a longer number cannot be dialled |
//! | accepts extensions of up to 20 digits | refuses more than 15 digits | an [`Extension`](crate::Extension) is a value of 8 bytes; longer extensions are not in use |
//! | keeps the digits of an extension in their script | returns ASCII digits | the extension is meant to be dialled |
//! | fails in several ways on `;phone-context=` before `tel:` | refuses it | RFC 3966: the scheme comes first |
//! | drops a digit outside of the Basic Multilingual Plane, such as U+1D7CE, on Java, and reads it on Python | reads it | it is a digit (Unicode category Nd) |
//! | shows `0116852212`, typed in Samoa, as `011 685 221-2`, and `008222123456`, typed in South Korea, as `00 82 22 12 34 56` | shows `011 685 2212` and `00 82 2-212-3456` | the number is grouped as it is dialled |
//! | calls 26 in 15,600 numbers of 16 and 17 digits valid, such as `+49 7462 2043693220` | refuses them as too long | ITU-T E.164, section 6.1 |
//! | finds numbers of up to 17 digits in a text | leaves out a number of more than 15 digits, and finds no shorter number in a part of it | ITU-T E.164, section 6.1 |
//! | drops an extension in another script, such as `доб. ٣٤`, with the leniency `VALID` and the stricter ones | finds the number with its extension | the extension is meant to be dialled |
//! | finds a number with an extension of up to 20 digits in a text | finds the number at the same position, without its extension if that has more than 15 digits | an [`Extension`](crate::Extension) is a value of 8 bytes; longer extensions are not in use |
//! | returns the carrier, the place and the time zones of any prefix by `getNameForValidNumber`, `getDescriptionForValidNumber` and `getTimeZonesForGeographicalNumber`: `Stavelot` for the toll-free `+3280012341` | has only the functions that look up the type first, and finds none of these for such a number | a number whose type has no place or carrier is not where its prefix is |
//! | shows `0 - 70012/34/561 xx4847`, typed in Nigeria, as `0700 123 4561 ext. 4847` | shows it as it was typed | its digits and those of its extension together are no number |
//! | returns no types and no example of a calling code that belongs to regions (`getSupportedTypesForNonGeoEntity`, `getExampleNumberForNonGeoEntity`) | returns those of the main region of the code | the question has an answer, and [`Region::WORLD`](crate::plan::Region::WORLD) tells the other codes |
//! | finds no Hebrew places and carriers on Java 17, which calls the language `he`, while the file is named `iw` | returns the Hebrew names | the data are part of the release |
//!
//! # From Kazoo's number manager
//!
//! | Kazoo | telnum | reason |
//! |---|---|---|
//! | reads `4151234567`, a ten-digit text with an invalid exchange code, as a Swiss number | does the same with the reference converters; [`Normalizer::strict`](crate::normalize::Normalizer::strict) refuses it | a typing error must not become a number of another country |
//! | treats 811, 822, 833, 922 and 999 as emergency codes | treats only 911 and 988 as such in [`Classifiers::north_america`](crate::classify::Classifiers::north_america); [`reference`](crate::classify::Classifiers::reference) has Kazoo's rules | 47 CFR 52 and the NANP assign 811 and similar codes to other services; 47 CFR 52.200 designates 988 for the suicide prevention and mental health crisis line |
//! | does not inform the carrier when a number is deleted | disconnects the number if its carrier is installed | the carrier would continue to bill a number that no account has |
//! | disconnects a released number and keeps it in stock | disconnects it when it leaves the stock, or immediately and buys it again for the next account | the carrier could sell it to somebody else in the meantime |
//! | orders a reserved number again when it is reserved for another account | buys a number once, when it is discovered | the number has been bought already |
//! | allows an account to put any number in service that it creates as `port_in` | requires a completed port request, or the permission to add numbers | otherwise an account could add numbers without the permission |
//! | keeps a `port_in` number for its account without limit | removes it after 30 days without an active port request, and until then does not prevent other accounts from buying it or porting it in | an account can create a `port_in` number without any right to it |
//! | uses the port authority that a request names | determines the port authority: the nearest reseller or admin above the account | otherwise a requester could choose who processes the request |
//! | routes a call to a number for every account that asks (`identify`) | routes it for the system, the owner and the accounts above the owner; to others the number appears absent | only these accounts may know that the number exists |
//! | tells every account that a number on its port request exists on the system | tells only the owner and the accounts above it; to others the number is one that cannot be ported | only these accounts may know that the number exists |
//! | limits only the name of a port request | limits every text, the files, the reasons and the numbers | the size of a request is bounded |
//! | counts, in each list, the numbers of the accounts below the account (`casquade_quantity`) | counts up to 10,000 of them, in up to 1,000 accounts, or shows the count that the service sets | counting all would read the numbers of all these accounts |
//! | assigns an ageing number to any account | assigns it to its previous owner at any time, and to others after the ageing period | 84 FR 11226: 45 days |
//! | deletes a local number when it is released | does the same, after the ageing period if the policy has one; a number reserved from the stock returns to the stock | a deletion would bypass the ageing period, and remove numbers from the operator's stock |
//! | removes E911 and CNAM when a document lacks them | removes an address only if the document names `e911`; changes nothing without `data` | an address must not be lost by omission |
//! | counts ageing from the last modification | counts from the disconnection | otherwise an edit would restart the ageing period (47 CFR 52.15) |
//! | calls providers and carriers before anything is stored | commits a claim, runs the effect, and commits the outcome | no number is bought twice, and no order is lost in a crash |
//! | stores contact and port data in separate databases without a common transaction | commits the preconditions together with the change | no update is lost |
//! | answers 403 for a number of another account | answers every call as if the number did not exist; a creation is refused like the purchase of a number that no carrier sells | only the owner and the accounts above it may know that the number exists |
//!
//! # Between the published documents
//!
//! The published documents contradict each other in places. The interpretations chosen are listed with
//! the wire formats, in the module documentation of `http::kazoo` and its siblings (feature `http`).
