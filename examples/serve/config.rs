//! The configuration of the server: a file in JSON or TOML, completed by defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::Uri;
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use serde_path_to_error::{Path as FieldPath, Segment};
use telnum::account::{AccountId, AccountTree, Accounts};
use telnum::classify::Classifiers;
use telnum::feature::e911::E911Address;
use telnum::http::{ApiName, ServerLimits};
use telnum::inventory::InventoryLimits;
use telnum::lifecycle::State;
use telnum::locality::{Columns, Encoding, LocalityField};
use telnum::names::CarrierName;
use telnum::normalize::{Converters, Normalizer};
use telnum::number::PhoneNumber;
use telnum::plan::Region;
use telnum::policy::{Policy, Retention};
use telnum::porting::PortSettings;
use telnum::porting::desk::PortDesk;
use telnum::record::{RateCenter, Shape};
use telnum::time::Timestamp;

use super::secret::{self, HIDDEN, StoreName, Tokens};
use super::strict;

/// The configuration of the server. Every field has a default; an unknown field is refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The address to listen on. With port 0 the system chooses the port. Default: `127.0.0.1:8000`.
    pub(crate) listen: SocketAddr,
    /// The scheme, the authority and the path, if any, of the links to contact numbers, such as
    /// `https://api.example.com`; empty for links that start with the path. Default: `http://` and the address that
    /// the server listens on, or empty if it listens on all addresses.
    pub(crate) base_url: Option<String>,
    /// The store of the numbers: the path of a file, relative to the configuration,
    /// `postgres://user:password@host/database`, or `memory`.
    /// The contacts have stores beside it: files with the suffixes `.people`, `.clients` and `.users`, or the
    /// schemas `telnum_people`, `telnum_clients` and `telnum_users`. `--print-config` does not show the
    /// password. Default: `telnum.redb` with the feature `redb`, `memory` without it.
    pub(crate) store: StoreName,
    /// The accounts: `[{"id", "parent", "name", "enabled", "admin", "may_add_numbers", "is_reseller",
    /// "dial_plan", "allowed_features", "denied_features", "carriers"}]`. Only `id` is required. Default: none.
    #[serde(deserialize_with = "strict::accounts")]
    pub(crate) accounts: AccountTree,
    /// The tokens and keys of each API, with the account of each: `{"kazoo": {"token": "account"}}`; the other
    /// APIs are `planning_center`, `clients` and `user_numbers`. An application's id and secret form one token,
    /// `id:secret`; the account `system` has all permissions. `--print-config` does not show the tokens.
    /// Default: none, so that every request is refused.
    pub(crate) tokens: Tokens,
    /// The accounts of requests without credentials, by API: `{"planning_center": "account"}`. Such requests can
    /// only read. Default: none, so that requests without credentials are refused.
    pub(crate) anonymous_readers: BTreeMap<ApiName, AccountId>,
    /// The operator's policy: ageing, reservations, retention, the allowed features, the default carrier, the
    /// limits on documents. Default: the policy that `--print-config` shows.
    pub(crate) policy: Policy,
    /// The shape of a number's document. Default: `flat`.
    pub(crate) shape: DocumentShape,
    /// Whether the field `used_by` of a changed document sets the application that answers the number.
    /// Default: `false`.
    pub(crate) used_by_changes: bool,
    /// Whether the list of an account's numbers counts those of the accounts below it, up to 10,000; otherwise
    /// `casquade_quantity` is 0. Default: `true`.
    pub(crate) cascade_quantity: bool,
    /// The classifiers of numbers. Default: `north_america`.
    pub(crate) classifiers: ClassifierRules,
    /// The normalizer of dialled texts. Default: `reference`.
    pub(crate) normalizer: NormalizerRules,
    /// The dial plan of all users, which is applied before the normalizer: `{"^(\\d{7})$": {"prefix":
    /// "+1415"}}`. An account's own dial plan is a field of the account. Default: none.
    #[serde(deserialize_with = "strict::dial_plan")]
    pub(crate) dial_plan: Option<Converters>,
    /// The carriers of the service's own stock. Default: `local`.
    pub(crate) built_in_carriers: Vec<BuiltInCarrier>,
    /// Carriers that sell the numbers of a list, in memory: after a restart all numbers are for sale again.
    /// Default: none.
    pub(crate) carriers: Vec<CarrierStock>,
    /// The prices of numbers, by carrier: one of `built_in_carriers` or `carriers`. A client must accept them.
    /// Default: all numbers are free of charge.
    pub(crate) prices: BTreeMap<CarrierName, Price>,
    /// The addresses that can be provisioned for emergency calls. Default: none.
    #[serde(deserialize_with = "strict::addresses")]
    pub(crate) e911_addresses: Vec<E911Address>,
    /// The tables of localities. A number has the fields of the last table with its prefix; fields that are
    /// empty in this table are filled from the tables before it, and then from the feature `geo`. Default: none.
    #[serde(deserialize_with = "strict::localities")]
    pub(crate) localities: Vec<LocalityFile>,
    /// The region of contact numbers without a calling code. Default: `US`.
    pub(crate) region: Region,
    /// The settings of contact numbers.
    pub(crate) contacts: Contacts,
    /// The limits on connections, requests and calls.
    pub(crate) limits: Limits,
    /// The tasks at the start and at intervals.
    pub(crate) maintenance: Maintenance,
    /// The settings of port requests: `{"allow_port_transition_from_submitted_to_scheduled", "stale_days",
    /// "keep_stale_pending"}`. Default: the settings that `--print-config` shows.
    pub(crate) porting: PortSettings,
    /// The storage of the files of port requests: the path of a directory, relative to the configuration, or
    /// `memory`, which only a store in memory or `--demo` may have. Processes that share a store must share the
    /// directory too. Default: none, so that files are refused.
    pub(crate) documents: Option<PathBuf>,
    /// The numbers to create at the start, unless they are stored. Default: none.
    pub(crate) numbers: Vec<FirstNumber>,
    /// The number of available numbers to create at the start, from +1 415 200 0000 on, up to 8,000,000.
    /// Default: 0.
    #[serde(deserialize_with = "at_most::<_, MAX_AVAILABLE_NUMBERS>")]
    pub(crate) available_numbers: u32,
    /// The users' numbers to create in a new store, in this order. Default: none.
    pub(crate) user_numbers: Vec<FirstUserNumber>,
    /// The name of the file, if the configuration was read from one.
    #[serde(skip)]
    pub(crate) file: Option<String>,
    /// Whether this is the configuration of `--demo`.
    #[serde(skip)]
    pub(crate) is_demo: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 8_000).into(),
            base_url: None,
            store: StoreName::default(),
            accounts: AccountTree::default(),
            tokens: Tokens::default(),
            anonymous_readers: BTreeMap::new(),
            policy: Policy::default(),
            shape: DocumentShape::default(),
            used_by_changes: false,
            cascade_quantity: true,
            classifiers: ClassifierRules::default(),
            normalizer: NormalizerRules::default(),
            dial_plan: None,
            built_in_carriers: vec![BuiltInCarrier::Local],
            carriers: Vec::new(),
            prices: BTreeMap::new(),
            e911_addresses: Vec::new(),
            localities: Vec::new(),
            region: Region::US,
            contacts: Contacts::default(),
            limits: Limits::default(),
            maintenance: Maintenance::default(),
            porting: PortSettings::default(),
            documents: None,
            numbers: Vec::new(),
            available_numbers: 0,
            user_numbers: Vec::new(),
            file: None,
            is_demo: false,
        }
    }
}

/// The shape of a number's document.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DocumentShape {
    /// All fields at the top level.
    #[default]
    Flat,
    /// The fields that only the server sets in `_read_only`.
    ReadOnly,
}

impl std::str::FromStr for DocumentShape {
    type Err = de::value::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::deserialize(de::IntoDeserializer::into_deserializer(name))
    }
}

impl From<DocumentShape> for Shape {
    fn from(shape: DocumentShape) -> Self {
        match shape {
            DocumentShape::Flat => Self::Flat,
            DocumentShape::ReadOnly => Self::ReadOnly,
        }
    }
}

/// The classifiers: the name of a set, or `{"rules": {"did_us": {"regex", "friendly_name", "pretty_print",
/// "emergency"}}}` in order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClassifierRules {
    /// The set of North America.
    #[default]
    NorthAmerica,
    /// The set of the published documents.
    Documented,
    /// The set of the reference.
    Reference,
    /// Other rules.
    Rules(#[serde(deserialize_with = "strict::classifiers")] Classifiers),
}

impl ClassifierRules {
    /// Returns the classifiers.
    pub(crate) fn build(&self) -> Classifiers {
        match self {
            Self::NorthAmerica => Classifiers::north_america(),
            Self::Documented => Classifiers::documented(),
            Self::Reference => Classifiers::reference(),
            Self::Rules(classifiers) => classifiers.clone(),
        }
    }
}

/// The normalizer: `"reference"`, `{"strict": "US"}` or `{"converters": {"^(\\d{10})$": {"prefix": "+1"}}}`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NormalizerRules {
    /// The converters of the reference.
    #[default]
    Reference,
    /// The numbering plans of the world, for texts dialled in a region.
    Strict(Region),
    /// Other converters, in order.
    Converters(#[serde(deserialize_with = "strict::converters")] Converters),
}

impl NormalizerRules {
    /// Returns the normalizer.
    pub(crate) fn build(&self) -> Normalizer {
        match self {
            Self::Reference => Normalizer::reference(),
            Self::Strict(region) => Normalizer::strict(*region),
            Self::Converters(converters) => Normalizer::new(converters.clone()),
        }
    }
}

/// A carrier of the service's own stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BuiltInCarrier {
    /// The available numbers.
    Local,
    /// The pools of accounts.
    Managed,
    /// The numbers that the account has reserved.
    Reserved,
    /// The numbers that the account's reseller has reserved.
    ReservedReseller,
    /// Mobile numbers.
    Mdn,
}

impl BuiltInCarrier {
    const ALL: [Self; 5] = [Self::Local, Self::Managed, Self::Reserved, Self::ReservedReseller, Self::Mdn];

    /// Returns the name by which numbers refer to the carrier.
    const fn name(self) -> CarrierName {
        match self {
            Self::Local => CarrierName::LOCAL,
            Self::Managed => CarrierName::MANAGED,
            Self::Reserved => CarrierName::RESERVED,
            Self::ReservedReseller => CarrierName::RESERVED_RESELLER,
            Self::Mdn => CarrierName::MDN,
        }
    }
}

/// A carrier that sells the numbers of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CarrierStock {
    /// The name, by which numbers refer to the carrier, other than those of the built-in carriers. Required.
    pub(crate) name: CarrierName,
    /// The numbers for sale. Default: none.
    #[serde(default)]
    pub(crate) numbers: Vec<NumberForSale>,
    /// The blocks of consecutive numbers for sale. Default: none.
    #[serde(default)]
    pub(crate) blocks: Vec<Block>,
    /// The time that the carrier takes for an answer. Default: 0.
    #[serde(default)]
    pub(crate) delay_ms: u64,
}

/// A number for sale.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NumberForSale {
    /// The number. Required.
    pub(crate) number: PhoneNumber,
    /// The rate centre: `{"lata", "name", "state"}`, of which only `name` is required. Default: none.
    #[serde(default, deserialize_with = "strict::rate_center", skip_serializing_if = "Option::is_none")]
    pub(crate) rate_center: Option<RateCenter>,
    /// The carrier's data about the number, which a search shows beside it. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) carrier_data: Option<Value>,
}

/// Consecutive numbers for sale.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Block {
    /// The first number. Required.
    pub(crate) first: PhoneNumber,
    /// The number of numbers, up to 8,000,000. Required.
    #[serde(deserialize_with = "at_most::<_, MAX_AVAILABLE_NUMBERS>")]
    pub(crate) count: u32,
}

/// The price of a number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Price {
    /// The amount, in the smallest unit of the currency. Required.
    pub(crate) amount: u64,
    /// The currency, by ISO 4217. Required.
    pub(crate) currency: Box<str>,
}

/// A table of localities: a file in CSV, or its lines. The first line contains the names of the columns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LocalityFile {
    /// The path of the file, relative to the configuration. Either `file` or `lines` is required.
    pub(crate) file: Option<PathBuf>,
    /// The lines. Either `file` or `lines` is required.
    pub(crate) lines: Vec<String>,
    /// The columns of the file of an authority, which the other fields change. Default: none.
    pub(crate) preset: Option<Preset>,
    /// The columns whose digits, concatenated, are the prefix of a row. Default: `prefix`; or `npa`, `nxx` and
    /// `x`; or `npa` and `nxx`.
    pub(crate) key: Vec<String>,
    /// The columns with the first and the last number of a row. Default: `from` and `to`, if there is no key.
    pub(crate) range: Option<[String; 2]>,
    /// Whether the ends of ranges are complete numbers. Default: `false`.
    pub(crate) whole_numbers: Option<bool>,
    /// The text that precedes the digits of every row, such as `+1`. Default: empty.
    pub(crate) prefix: Option<String>,
    /// The trunk prefix that is removed from the digits of a row. Default: none.
    pub(crate) trunk_prefix: Option<String>,
    /// The character between cells. Default: a comma.
    pub(crate) delimiter: Option<char>,
    /// The encoding. Default: `utf8`.
    pub(crate) encoding: Option<FileEncoding>,
    /// The names of columns, by field: `{"rate_centre": "RateCenter"}`. Default: the names of the fields.
    pub(crate) columns: BTreeMap<Field, String>,
    /// The values of fields for rows that have none: `{"country": "US"}`. Default: none.
    pub(crate) constants: BTreeMap<Field, String>,
    /// The values of columns that a row must have to be read: `{"Use": "AS"}`. Default: none.
    pub(crate) filters: BTreeMap<String, String>,
}

/// The file of an authority.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Preset {
    /// NANPA's central office codes.
    NanpaCoCodes,
    /// NANPA's thousands-blocks.
    NanpaThousandsBlocks,
    /// The numbers of ACMA, Australia.
    Acma,
    /// The area codes of the Bundesnetzagentur, Germany.
    Bundesnetzagentur,
    /// The ranges of ARCEP, France.
    Arcep,
}

/// The encoding of a file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileEncoding {
    /// UTF-8.
    Utf8,
    /// ISO 8859-1.
    Latin1,
}

/// A field of a locality, by the default name of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field(LocalityField);

impl LocalityFile {
    /// Returns the columns of the file.
    ///
    /// # Errors
    ///
    /// Returns an error if the delimiter is not an ASCII character.
    pub(crate) fn columns(&self) -> Result<Columns, String> {
        let mut columns = match self.preset {
            None => Columns::new(),
            Some(Preset::NanpaCoCodes) => Columns::nanpa_co_codes(),
            Some(Preset::NanpaThousandsBlocks) => Columns::nanpa_thousands_blocks(),
            Some(Preset::Acma) => Columns::acma(),
            Some(Preset::Bundesnetzagentur) => Columns::bundesnetzagentur(),
            Some(Preset::Arcep) => Columns::arcep(),
        };
        if !self.key.is_empty() {
            columns = columns.with_key(self.key.iter().map(String::as_str));
        }
        if let Some([from, to]) = &self.range {
            columns = columns.with_range(from, to);
        }
        if let Some(has_whole_numbers) = self.whole_numbers {
            columns = columns.with_whole_numbers(has_whole_numbers);
        }
        if let Some(prefix) = &self.prefix {
            columns = columns.with_prefix(prefix);
        }
        if let Some(prefix) = &self.trunk_prefix {
            columns = columns.with_trunk_prefix(prefix);
        }
        if let Some(delimiter) = self.delimiter {
            let byte = u8::try_from(delimiter).ok().filter(u8::is_ascii);
            let byte =
                byte.ok_or_else(|| format!("delimiter: expected an ASCII character, found {delimiter:?}"))?;
            columns = columns.with_delimiter(byte);
        }
        if let Some(encoding) = self.encoding {
            columns = columns.with_encoding(match encoding {
                FileEncoding::Utf8 => Encoding::Utf8,
                FileEncoding::Latin1 => Encoding::Latin1,
            });
        }
        columns =
            self.columns.iter().fold(columns, |columns, (field, name)| columns.with_column(field.0, name));
        columns =
            self.constants.iter().fold(columns, |columns, (field, it)| columns.with_constant(field.0, it));
        Ok(self.filters.iter().fold(columns, |columns, (column, value)| columns.with_filter(column, value)))
    }
}

impl PartialOrd for Field {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Field {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.as_str().cmp(other.0.as_str())
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        LocalityField::ALL.into_iter().find(|field| field.as_str() == name).map(Self).ok_or_else(|| {
            let names = LocalityField::ALL.map(LocalityField::as_str).join("`, `");
            de::Error::custom(format_args!("unknown field `{name}`, expected one of `{names}`"))
        })
    }
}

/// The settings of contact numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Contacts {
    /// Whether the location and the carrier of a number are derived with the feature `geo`, unless the client
    /// sets them. Default: `true`.
    pub(crate) derived_fields: bool,
    /// The time of the first change of a person's number, for a demonstration whose responses are known: each
    /// later change is one second later. Default: the system's clock.
    pub(crate) people_clock: Option<StartTime>,
    /// The time of the first change of a client's number. Default: the system's clock.
    pub(crate) clients_clock: Option<StartTime>,
    /// The time of the first change of a user's number. Default: the system's clock.
    pub(crate) users_clock: Option<StartTime>,
    /// The lowest id of a person's number in a new store, up to 1,000,000. Default: 1.
    #[serde(deserialize_with = "at_most::<_, MAX_FIRST_ID>")]
    pub(crate) people_first_id: u32,
    /// The lowest id of a client's number in a new store, up to 1,000,000. Default: 1.
    #[serde(deserialize_with = "at_most::<_, MAX_FIRST_ID>")]
    pub(crate) clients_first_id: u32,
    /// The lowest id of a user's number in a new store, up to 1,000,000. Default: 1.
    #[serde(deserialize_with = "at_most::<_, MAX_FIRST_ID>")]
    pub(crate) users_first_id: u32,
}

/// The maximum number of available numbers to create, and of the numbers for sale in a block.
pub(crate) const MAX_AVAILABLE_NUMBERS: u32 = 8_000_000;

/// The maximum of the lowest id of a contact number: all ids before it are allocated at the start.
const MAX_FIRST_ID: u32 = 1_000_000;

/// Deserializes an integer up to `MAX`.
fn at_most<'de, D: Deserializer<'de>, const MAX: u32>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        number if number <= MAX => Ok(number),
        number => Err(de::Error::custom(format_args!("expected at most {MAX}, found {number}"))),
    }
}

/// A time in RFC 3339 format.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct StartTime(#[serde(with = "telnum::time::rfc3339")] pub(crate) Timestamp);

impl Contacts {
    /// Returns the retention of the events, where `retention` is that of the policy. Events whose times are set have
    /// no age.
    pub(crate) fn retention(&self, retention: Retention) -> Retention {
        let clocks = [self.people_clock, self.clients_clock, self.users_clock];
        if clocks.iter().all(Option::is_none) { retention } else { retention.with_event_days(None) }
    }
}

impl Default for Contacts {
    fn default() -> Self {
        Self {
            derived_fields: true,
            people_clock: None,
            clients_clock: None,
            users_clock: None,
            people_first_id: 1,
            clients_first_id: 1,
            users_first_id: 1,
        }
    }
}

/// The limits on connections, requests and calls.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// The maximum size of a request body in bytes. Default: 2 MiB.
    pub(crate) max_body_bytes: usize,
    /// The maximum size in bytes of all request bodies that one API has received and not processed yet. Default:
    /// 256 MiB.
    pub(crate) max_total_body_bytes: usize,
    /// The time within which a client must send the body of a request. Default: 10 seconds.
    pub(crate) body_timeout_ms: u64,
    /// The time within which a client must send the head of a request, and after which an idle connection is
    /// closed. Default: 10 seconds.
    pub(crate) head_timeout_ms: u64,
    /// The time within which a request must be answered. Default: 30 seconds.
    pub(crate) request_timeout_ms: u64,
    /// The time within which a client must receive the next part of a response. Default: 5 seconds.
    pub(crate) write_timeout_ms: u64,
    /// The time within which a slow client must receive a whole response. Default: 2 minutes.
    pub(crate) response_timeout_ms: u64,
    /// The maximum number of bytes that are discarded of a refused body. Default: 64 MiB.
    pub(crate) max_discarded_bytes: u64,
    /// The maximum number of connections. Default: 10,000.
    pub(crate) max_connections: usize,
    /// The time within which running requests must be answered and running tasks must end after the server is
    /// stopped; then the process exits. Default: 10 seconds.
    pub(crate) shutdown_timeout_ms: u64,
    /// The maximum size in bytes of a file of a port request. Default: 8 MiB.
    pub(crate) max_file_bytes: usize,
    /// The maximum number of phone numbers in one request. Default: 10,000.
    pub(crate) max_numbers: usize,
    /// The maximum length in bytes of a request's document as JSON, multiplied by the number of its phone
    /// numbers. Default: 8 MiB.
    pub(crate) max_document_bytes: usize,
    /// The maximum time that a search waits for carriers. Default: 5 seconds.
    pub(crate) search_timeout_ms: u64,
    /// The minimum age of a claim that a recovery completes, which must be longer than any call to a carrier
    /// takes. Default: 60 seconds.
    pub(crate) claim_timeout_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body_bytes: 2 << 20,
            max_total_body_bytes: 256 << 20,
            body_timeout_ms: 10_000,
            head_timeout_ms: 10_000,
            request_timeout_ms: 30_000,
            write_timeout_ms: 5_000,
            response_timeout_ms: 120_000,
            max_discarded_bytes: 64 << 20,
            max_connections: 10_000,
            shutdown_timeout_ms: 10_000,
            max_file_bytes: PortDesk::MAX_FILE_BYTES,
            max_numbers: 10_000,
            max_document_bytes: 8 << 20,
            search_timeout_ms: 5_000,
            claim_timeout_ms: 60_000,
        }
    }
}

impl Limits {
    /// Returns the limits on connections and requests.
    pub(crate) fn server(self) -> ServerLimits {
        let ms = Duration::from_millis;
        ServerLimits::default()
            .with_max_body_bytes(self.max_body_bytes)
            .with_max_total_body_bytes(self.max_total_body_bytes)
            .with_body_timeout(ms(self.body_timeout_ms))
            .with_head_timeout(ms(self.head_timeout_ms))
            .with_request_timeout(ms(self.request_timeout_ms))
            .with_write_timeout(ms(self.write_timeout_ms))
            .with_response_timeout(ms(self.response_timeout_ms))
            .with_max_discarded_bytes(self.max_discarded_bytes)
            .with_max_connections(self.max_connections)
            .with_shutdown_timeout(ms(self.shutdown_timeout_ms))
    }

    /// Returns the limits on calls to the inventory.
    pub(crate) fn inventory(self) -> InventoryLimits {
        InventoryLimits::default()
            .with_max_numbers(self.max_numbers)
            .with_max_document_bytes(self.max_document_bytes)
            .with_search_timeout(Duration::from_millis(self.search_timeout_ms))
            .with_claim_timeout(Duration::from_millis(self.claim_timeout_ms))
    }
}

/// The tasks that run at the start and at intervals.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Maintenance {
    /// The interval in seconds at which the claims that a crash has left are completed; 0 for never, except at
    /// the start. Default: 60.
    pub(crate) recover_seconds: u32,
    /// The interval in seconds at which reservations end, released numbers age and old events are forgotten; 0
    /// for never. Port requests that their owners have abandoned are removed too. Default: 300.
    pub(crate) sweep_seconds: u32,
    /// The age in hours from which a sweep removes a file in `documents` to which no port request refers, as a crash
    /// leaves it; 0 for never. The directory must be used with this store only. Default: 24.
    pub(crate) unreferenced_file_hours: u32,
    /// The time in seconds after which each recovery and each sweep, of numbers, of port requests and of files, begins
    /// no further item; the next run does the rest. A carrier that does not answer holds it up once; 0 for no limit.
    /// Default: 60.
    pub(crate) max_run_seconds: u32,
}

impl Maintenance {
    /// Returns the time of a run: a century without a limit.
    pub(crate) fn limit(self) -> Duration {
        const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
        let seconds = Duration::from_secs(self.max_run_seconds.into());
        if seconds.is_zero() { CENTURY } else { seconds }
    }
}

impl Default for Maintenance {
    fn default() -> Self {
        Self { recover_seconds: 60, sweep_seconds: 300, unreferenced_file_hours: 24, max_run_seconds: 60 }
    }
}

/// A number to create at the start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstNumber {
    /// The number. Required.
    pub(crate) number: PhoneNumber,
    /// The account of the number. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<AccountId>,
    /// The state. Default: `in_service`.
    #[serde(default = "in_service")]
    pub(crate) state: State,
    /// The carrier. Default: the policy's default carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) carrier: Option<CarrierName>,
    /// The application that answers the number, which is set at each start if the account's number has none.
    /// Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) used_by: Option<String>,
    /// The number's document. Default: empty.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) document: Map<String, Value>,
}

const fn in_service() -> State {
    State::InService
}

/// A user's number to create in a new store.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstUserNumber {
    /// The user's account. Required.
    pub(crate) account: AccountId,
    /// The number. Required.
    pub(crate) number: PhoneNumber,
}

/// An error in the configuration: the file, the path of the field, and the problem, with its line and column if
/// one field alone has it.
#[derive(Debug)]
pub(crate) struct ConfigError {
    file: Option<String>,
    path: String,
    problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        match &*self.path {
            "" | "." => f.write_str(&self.problem),
            path => write!(f, "`{path}`: {}", self.problem),
        }
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads a configuration. Files that it names are relative to its own directory.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, or if a field is unknown or invalid.
    pub(crate) fn read(file: &Path) -> Result<Self, ConfigError> {
        let config: Self = read(file, Secrets::InTokens)?;
        let config = config.in_directory(file.parent().unwrap_or(Path::new("")));
        Ok(Self { file: Some(file.display().to_string()), ..config })
    }

    /// Returns the configuration of `--demo`, in which the requests of the published documents can be made.
    ///
    /// # Errors
    ///
    /// Returns an error if a field is unknown or invalid.
    pub(crate) fn demo() -> Result<Self, ConfigError> {
        let config: Self = parse("demo.json", include_str!("../data/demo.json"), Secrets::InTokens)?;
        let config = config.in_directory(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data")));
        Ok(Self { file: Some("demo.json".to_owned()), is_demo: true, ..config })
    }

    /// Returns the configuration with absolute paths; relative ones are in `directory`.
    pub(crate) fn in_directory(mut self, directory: &Path) -> Self {
        let absolute = |path: &mut PathBuf| {
            let joined = directory.join(&*path);
            *path = std::path::absolute(&joined).unwrap_or(joined);
        };
        self.store = self.store.in_directory(directory);
        self.documents.iter_mut().filter(|path| path.as_os_str() != "memory").for_each(absolute);
        self.localities.iter_mut().filter_map(|table| table.file.as_mut()).for_each(absolute);
        self
    }

    /// Checks that the accounts and carriers to which other fields refer exist, and the fields that depend on
    /// others.
    ///
    /// # Errors
    ///
    /// Returns the error for the first field that refers to another account or carrier, or that is invalid.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let exists = |account: AccountId| self.accounts.account(account).is_some();
        let unknown = |path: String, account: AccountId| {
            self.error(&path, &format_args!("expected the id of an account of `accounts`, found {account}"))
        };
        for (api, actors) in self.tokens.actors() {
            let (known, unknown): (Vec<_>, Vec<_>) =
                actors.partition(|actor| actor.account().is_none_or(exists));
            // The text is not shown: it is the token if a line of the table is the wrong way round.
            if !unknown.is_empty() {
                let (count, all) = (unknown.len(), known.len() + unknown.len());
                let problem = format_args!(
                    "expected the id of an account of `accounts` for each token, found other texts for {count} of {all}"
                );
                return Err(self.error(&format!("tokens.{}", api.as_str()), &problem));
            }
        }
        for (api, account) in &self.anonymous_readers {
            if !exists(*account) {
                return Err(unknown(format!("anonymous_readers.{}", api.as_str()), *account));
            }
        }
        for (index, account) in self.numbers.iter().map(|number| number.account).enumerate() {
            if let Some(account) = account.filter(|account| !exists(*account)) {
                return Err(unknown(format!("numbers[{index}].account"), account));
            }
        }
        for (index, FirstUserNumber { account, .. }) in self.user_numbers.iter().enumerate() {
            if !exists(*account) {
                return Err(unknown(format!("user_numbers[{index}].account"), *account));
            }
        }
        self.check_carriers()?;
        if let Some(url) = self.base_url.as_deref().filter(|url| !url.is_empty()) {
            let is_web =
                |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none();
            if !url.parse::<Uri>().is_ok_and(|uri| is_web(&uri)) {
                let problem = format_args!("expected a URL such as https://api.example.com, found {url:?}");
                return Err(self.error("base_url", &problem));
            }
        }
        let is_in_memory = self.documents.as_ref().is_some_and(|name| name.as_os_str() == "memory");
        if is_in_memory && !self.store.is_memory() && !self.is_demo {
            let problem = "expected the path of a directory, found memory: the store would keep port requests whose files are lost";
            return Err(self.error("documents", &problem));
        }
        Ok(())
    }

    /// Checks the names of carriers.
    fn check_carriers(&self) -> Result<(), ConfigError> {
        let built_in = |carrier: CarrierName| BuiltInCarrier::ALL.iter().any(|known| known.name() == carrier);
        for (index, CarrierStock { name, .. }) in self.carriers.iter().enumerate() {
            if self.carriers.iter().take(index).any(|other| other.name == *name) {
                let problem = format_args!("expected another name, found {name} again");
                return Err(self.error(&format!("carriers[{index}].name"), &problem));
            }
            if built_in(*name) {
                let problem = format_args!("expected a name that no built-in carrier has, found {name}");
                return Err(self.error(&format!("carriers[{index}].name"), &problem));
            }
        }
        let mut known: Vec<_> = self.built_in_carriers.iter().map(|carrier| carrier.name()).collect();
        known.extend(self.carriers.iter().map(|carrier| carrier.name));
        let check = |path: &str, name: CarrierName| {
            let names = || known.iter().map(ToString::to_string).collect::<Vec<_>>().join("`, `");
            let problem = || format!("expected one of `{}`, found {name}", names());
            if known.contains(&name) { Ok(()) } else { Err(self.error(path, &problem())) }
        };
        for name in self.prices.keys() {
            check(&format!("prices.{name}"), *name)?;
        }
        check(
            "policy.default_carrier",
            field(&self.policy, "default_carrier").unwrap_or(CarrierName::LOCAL),
        )?;
        for account in self.accounts.iter() {
            for name in field::<Vec<_>>(account, "carriers").unwrap_or_default() {
                check(&format!("accounts.{}.carriers", account.id), name)?;
            }
        }
        Ok(())
    }

    /// Returns the scheme and authority of links if the server listens on `address`.
    pub(crate) fn base_url_at(&self, address: SocketAddr) -> String {
        match &self.base_url {
            Some(url) => url.clone(),
            // Clients know the server under another address.
            None if address.ip().is_unspecified() => String::new(),
            None => format!("http://{address}"),
        }
    }

    /// Returns the error for a field whose problem does not lie in the text of the file.
    pub(crate) fn error(&self, path: &str, problem: &dyn fmt::Display) -> ConfigError {
        ConfigError { file: self.file.clone(), path: path.to_owned(), problem: problem.to_string() }
    }
}

/// Returns a field of a document of the library that has no getter.
fn field<T: DeserializeOwned>(document: &impl Serialize, name: &str) -> Option<T> {
    serde_json::from_value(serde_json::to_value(document).ok()?.get_mut(name)?.take()).ok()
}

/// The secret parts of a file, which an error does not show.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Secrets {
    /// The keys of the field `tokens`.
    InTokens,
    /// The keys of the objects in the file, which is such a field.
    InAll,
}

/// Reads a file in TOML if its name ends in `.toml`, and in JSON otherwise.
///
/// # Errors
///
/// Returns an error if the file cannot be read, or if a field is unknown or invalid.
pub(crate) fn read<T: DeserializeOwned>(file: &Path, secrets: Secrets) -> Result<T, ConfigError> {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => parse(&name, &text, secrets),
        Err(error) => Err(ConfigError { file: Some(name), path: String::new(), problem: error.to_string() }),
    }
}

/// Parses the text of the file `name`.
///
/// # Errors
///
/// Returns an error if a field is unknown or invalid.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str, secrets: Secrets) -> Result<T, ConfigError> {
    let error = |path: Option<&FieldPath>, message: &str, (line, column): (usize, usize)| {
        let (path, problem) = path.map_or((String::new(), message), |path| secrets.hide(path, message));
        let problem = format!("{problem} at line {line} column {column}");
        ConfigError { file: Some(name.to_owned()), path, problem }
    };
    if Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        // `Display` would show the line of the file, with its secrets.
        let place = |wrong: &toml::de::Error| place(text, wrong.span().map_or(0, |span| span.start));
        let document =
            toml::Deserializer::parse(text).map_err(|wrong| error(None, wrong.message(), place(&wrong)))?;
        return serde_path_to_error::deserialize(document)
            .map_err(|wrong| error(Some(wrong.path()), wrong.inner().message(), place(wrong.inner())));
    }
    let mut document = serde_json::Deserializer::from_str(text);
    let json_error = |path: Option<&FieldPath>, wrong: &serde_json::Error| {
        let message = wrong.to_string();
        let end = format!(" at line {} column {}", wrong.line(), wrong.column());
        error(path, message.strip_suffix(&end).unwrap_or(&message), (wrong.line(), wrong.column()))
    };
    let value = serde_path_to_error::deserialize(&mut document)
        .map_err(|wrong| json_error(Some(wrong.path()), wrong.inner()))?;
    document.end().map_err(|wrong| json_error(None, &wrong))?;
    Ok(value)
}

/// Returns the line and the column of the byte at `offset`, from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or(before);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

impl Secrets {
    /// Returns the path and the message of an error without secrets.
    fn hide<'a>(self, path: &FieldPath, message: &'a str) -> (String, &'a str) {
        const FORM: &str = "expected `{API: {TOKEN: ACCOUNT}}`, where API is `kazoo`, `planning_center`, `clients` or \
            `user_numbers`";
        let mut names = path.iter().map(|segment| match segment {
            Segment::Map { key } => key,
            Segment::Seq { .. } | Segment::Enum { .. } | Segment::Unknown => "",
        });
        let mut shown = String::new();
        if let Self::InTokens = self {
            if names.next() != Some("tokens") {
                return (path.to_string(), message);
            }
            shown.push_str("tokens");
        }
        let is_shown = [secret::PLACEHOLDER, secret::EMPTY].contains(&message);
        let shown_message = if is_shown { message } else { FORM };
        for name in names {
            let name = if name.parse::<ApiName>().is_ok() { name } else { HIDDEN };
            shown = if shown.is_empty() { name.to_owned() } else { format!("{shown}.{name}") };
            if name == HIDDEN {
                break;
            }
        }
        (shown, shown_message)
    }
}
