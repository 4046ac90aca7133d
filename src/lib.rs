//! Phone numbers for services: exact, typed, small.
//!
//! telnum covers what a service does with phone numbers: it parses the numbers that people type and dial,
//! validates and formats numbers of all countries, classifies calls, manages an inventory of numbers with
//! owners and a lifecycle, and stores people's contact numbers. The library has no global settings, needs no
//! async runtime, and does not panic on any input. It uses the network only in its optional HTTP server and
//! its optional PostgreSQL store.
//!
//! # A call, from the dialled text to the displayed number
//!
//! A switch receives a text: a number in one of many spellings, an emergency code, an extension, or
//! anything else.
//!
//! ```
//! # #[cfg(feature = "classify")] {
//! use telnum::classify::Classifiers;
//! use telnum::normalize::{Converters, Normalized, Normalizer};
//! use telnum::plan::{NumberType, Region};
//! use telnum::{PhoneNumber, Prefix};
//!
//! // A normalizer turns a dialled text into a number, or keeps it if it is something else.
//! let normalizer = Normalizer::reference();
//! let number: PhoneNumber = "+14158867900".parse()?;
//! assert_eq!(normalizer.normalize("(415) 886-7900"), Normalized::Number(number));
//! assert_eq!(normalizer.normalize("911").number(), None);
//!
//! // A number takes eight bytes and sorts like its text, so a prefix is one range of numbers.
//! assert_eq!(size_of::<Option<PhoneNumber>>(), 8);
//! assert!("+1415".parse::<Prefix>()?.range().contains(&number));
//!
//! // Classifiers determine the kind of a call by ordered rules.
//! let classifiers = Classifiers::north_america();
//! let call = classifiers.classify("(415) 886-7900").unwrap();
//! assert_eq!(call.rule().name(), "did_us");
//! assert_eq!(call.pretty().to_string(), "(415) 886 - 7900");
//! assert!(classifiers.classify("911").unwrap().rule().is_emergency());
//!
//! // The dial plan of an account is configuration.
//! let plan: Converters = serde_json::from_str(r#"{"^(\\d{7})$": {"prefix": "+1415"}}"#)?;
//! let office = classifiers.with_normalizer(normalizer.with_dial_plan(plan));
//! assert_eq!(office.classify("886-7900").unwrap().number(), Some(number));
//!
//! // The world's numbering plan has the region, the type and the usual spelling of a number.
//! let london = telnum::plan::parse("(020) 7946 0000", Some(Region::GB))?.number;
//! assert_eq!((london.region(), london.number_type()), (Some(Region::GB), NumberType::FixedLine));
//! assert_eq!(london.international(), "+44 20 7946 0000");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A number in the inventory, from account to account
//!
//! A command on a record checks the lifecycle's transition table and returns the changed record, or a
//! refusal that states the reason. Commands neither store anything nor call a carrier; the use cases of
//! [`inventory`] do both.
//!
//! ```
//! use telnum::account::{Account, AccountId, AccountTree};
//! use telnum::lifecycle::State;
//! use telnum::policy::Policy;
//! use telnum::record::{Context, ExternalEffect, NumberRecord};
//!
//! let [master, shop, rival]: [AccountId; 3] = ["master".parse()?, "shop".parse()?, "rival".parse()?];
//! let accounts = AccountTree::new([
//!     Account::new(master).with_admin(true),
//!     Account::new(shop).with_parent(master),
//!     Account::new(rival).with_parent(master),
//! ])?;
//! let policy = Policy::default();
//! let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
//!
//! // A carrier offers the number. Reserving it requires buying it from the carrier first.
//! let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
//! let reserved = found.reserve(Some(shop), &ctx)?;
//! assert_eq!(reserved.effects, [ExternalEffect::Acquire]);
//! let used = reserved.record.activate(Some(shop), &ctx)?.record;
//! assert_eq!((used.state(), used.owner()), (State::InService, Some(shop)));
//!
//! // Another account is refused, with the reason.
//! let ctx = ctx.by(rival);
//! assert!(used.activate(Some(rival), &ctx).is_err());
//! assert_eq!(
//!     used.explain(State::InService, Some(rival), &ctx)?.to_string(),
//!     "+14158867900 cannot change from in_service to in_service: requires owner, and rival is another \
//!      account; another account may not change the state",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules
//!
//! | module | contents |
//! |---|---|
//! | [`number`] | E.164 numbers, prefixes, extensions: parsing, formatting, order, ranges; masked numbers |
//! | [`plan`] | the world's numbering plan: lookup, parsing, formatting, as-you-type, numbers in texts, short numbers |
//! | `geo` | places, carriers and time zones of numbers, by language |
//! | [`normalize`] | ordered converters and dial plans that turn dialled text into numbers |
//! | [`mask`] | pretty-print masks: `SS(###) ### - ####` |
//! | [`classify`] | ordered rules that determine the kind of a call, compiled into one automaton |
//! | [`account`] | the tree of accounts and their permissions over each other |
//! | [`names`] | names of features, carriers and modules |
//! | [`time`] | timestamps in whole seconds, in the units of the published documents |
//! | [`policy`] | the operator's settings: released numbers, ageing, reservations |
//! | [`lifecycle`] | the nine states of a number and the table of transitions between them |
//! | [`feature`] | E911, CNAM, routing, messaging: who may set a feature, and when it is active |
//! | [`record`] | the record of a number in the inventory, and the commands that change it |
//! | [`porting`] | port requests: model, transitions, timeline, calendar, and their use cases |
//! | [`contact`] | the numbers of people and clients: rules, queries, and their use cases |
//! | [`locality`] | the place and the carrier of a number, from tables |
//! | [`carrier`], [`provider`] | traits for services that sell numbers, and for services that publish addresses and names |
//! | [`store`] | the storage contract, and stores in memory, in a file and in PostgreSQL |
//! | [`inventory`] | the use cases: read, decide, commit, and run each external effect once |
//! | [`document`], [`token`], [`idempotency`] | errors of document fields; short ids; idempotency keys |
//! | `columns` | numbers in the columns of databases and of Arrow arrays; schemas of the value types |
//! | `testing` | conformance tests of stores; a store and a carrier that fail on demand |
//! | `http` | routers of four published APIs, and a server for them |
//!
//! [`deviations`] lists every difference from libphonenumber and from Kazoo, with its reason.
//!
//! # Cargo features
//!
//! | feature | adds |
//! |---|---|
//! | `classify` (default) | [`normalize`], [`mask`], [`classify`] |
//! | `contacts` (default) | [`contact`], [`document`], [`time`], [`token`] |
//! | `inventory` (default) | the inventory of numbers and the modules it depends on; implies `classify` and `contacts` |
//! | `geo` | the module `geo`, in English |
//! | `geo-languages` | 34 more languages for `geo` |
//! | `arrow` | kernels over Arrow columns: see `columns` |
//! | `postgres-types`, `sqlx`, `diesel` | numbers in columns of databases: see `columns` |
//! | `schemars`, `utoipa` | schemas of the value types: see `columns` |
//! | `redb` | the module `store::redb`, a store in one file |
//! | `postgres` | the module `store::postgres`, a store in PostgreSQL |
//! | `testing` | the module `testing` |
//! | `http` | the module `http` |
//!
//! Without features the crate is its core, [`number`] and [`plan`], which needs an allocator but not
//! the standard library.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

#[cfg(feature = "inventory")]
pub mod account;
#[cfg(feature = "inventory")]
pub mod carrier;
#[cfg(feature = "classify")]
pub mod classify;
#[cfg(any(
    feature = "arrow",
    feature = "diesel",
    feature = "postgres-types",
    feature = "schemars",
    feature = "sqlx",
    feature = "utoipa"
))]
pub mod columns;
#[cfg(feature = "contacts")]
pub mod contact;
#[cfg(feature = "inventory")]
pub mod deviations;
#[cfg(any(feature = "classify", feature = "contacts"))]
pub mod document;
#[cfg(feature = "inventory")]
pub mod feature;
#[cfg(feature = "geo")]
pub mod geo;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "inventory")]
pub mod idempotency;
#[cfg(feature = "inventory")]
pub mod inventory;
#[cfg(feature = "inventory")]
pub mod lifecycle;
#[cfg(feature = "inventory")]
pub mod locality;
#[cfg(feature = "classify")]
pub mod mask;
#[cfg(feature = "inventory")]
pub mod names;
#[cfg(feature = "classify")]
pub mod normalize;
pub mod number;
pub mod plan;
#[cfg(feature = "inventory")]
pub mod policy;
#[cfg(feature = "inventory")]
pub mod porting;
#[cfg(feature = "inventory")]
pub mod provider;
#[cfg(feature = "inventory")]
pub mod record;
#[cfg(feature = "inventory")]
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "contacts")]
pub mod time;
#[cfg(feature = "contacts")]
pub mod token;

#[cfg(feature = "classify")]
mod pattern;
mod sections;
mod text_enum;

pub use number::{CallingCode, Extension, NumberError, PhoneNumber, Prefix};
#[cfg(feature = "classify")]
pub use pattern::PatternError;
pub use text_enum::UnknownName;
#[cfg(feature = "contacts")]
pub use time::Timestamp;

/// The README's code is compiled and run with the tests.
#[cfg(all(doctest, feature = "inventory"))]
#[doc = include_str!("../README.md")]
struct Readme;
