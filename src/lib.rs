//! Phone numbers for services: exact, typed, small.
//!
//! telnum is what a service needs that handles phone numbers: to tell one from what is not, to make
//! one of what people dial or write, to say whose it is and of what kind, and to show it. There is no
//! network, no runtime and no global state; nothing here panics, whatever the input.
//!
//! # A call, from what was dialled to what is shown
//!
//! A switch is given a text. It may be a number in one of many spellings, an emergency code, an
//! extension or junk:
//!
//! ```
//! use telnum::classify::Classifiers;
//! use telnum::normalize::{Converters, Normalized, Normalizer};
//! use telnum::plan::{NumberType, Region};
//! use telnum::{PhoneNumber, Prefix};
//!
//! // Normalization makes a number of it, or says that it is something else.
//! let normalizer = Normalizer::reference();
//! let Normalized::Number(number) = normalizer.normalize("(415) 886-7900") else { panic!() };
//! assert_eq!(number, "+14158867900".parse()?);
//! assert_eq!(normalizer.normalize("911").number(), None);
//!
//! // A number is eight bytes, ordered as its text is: a prefix is one range of them.
//! assert_eq!(size_of::<Option<PhoneNumber>>(), 8);
//! assert!("+1415".parse::<Prefix>()?.range().contains(&number));
//!
//! // Classifiers say what kind of call it is, by ordered rules.
//! let classifiers = Classifiers::north_america();
//! let call = classifiers.classify("(415) 886-7900").unwrap();
//! assert_eq!(call.rule().name(), "did_us");
//! assert_eq!(call.pretty().to_string(), "(415) 886 - 7900");
//! assert!(classifiers.classify("911").unwrap().rule().is_emergency());
//!
//! // An account may have a dial plan of its own, which is configuration.
//! let plan: Converters = serde_json::from_str(r#"{"^(\\d{7})$": {"prefix": "+1415"}}"#)?;
//! let office = Classifiers::north_america().with_normalizer(normalizer.with_dial_plan(plan));
//! assert_eq!(office.classify("886-7900").unwrap().number(), Some(number));
//!
//! // The world's numbering plan knows whose a number is, and how people there write it.
//! let london = telnum::plan::parse("(020) 7946 0000", Some(Region::GB))?.number;
//! assert_eq!((london.region(), london.number_type()), (Some(Region::GB), NumberType::FixedLine));
//! assert_eq!(london.international(), "+44 20 7946 0000");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A number of the inventory, from account to account
//!
//! A service keeps numbers, and accounts own them. What may become of one is a table, what is asked
//! for is decided by it, and what was decided is a new record: nothing is stored or sent.
//!
//! ```
//! use telnum::account::{Account, AccountId, AccountTree};
//! use telnum::lifecycle::State;
//! use telnum::policy::Policy;
//! use telnum::record::{Context, NumberRecord, ExternalEffect};
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
//! // Seen at a carrier, reserved, in use. The carrier has to sell it first, so that is said.
//! let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
//! let reserved = found.reserve(Some(shop), &ctx)?;
//! assert_eq!(reserved.effects, [ExternalEffect::Acquire]);
//! let used = reserved.record.activate(Some(shop), &ctx)?.record;
//! assert_eq!((used.state(), used.owner()), (State::InService, Some(shop)));
//!
//! // It is not for others, and why not is told.
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
//! # Where things are
//!
//! | module | decides |
//! |---|---|
//! | [`number`] | what an E.164 number is: parse, show, order, ranges, eight bytes |
//! | [`plan`] | whose a number is and whether it is valid, in all countries; reading and writing it |
//! | `geo` | where a number is, who carries it, what time it is there; in 35 languages |
//! | [`normalize`] | what number a dialled text means: ordered converters, dial plans |
//! | [`mask`] | how a number is shown: `SS(###) ### - ####` |
//! | [`classify`] | what kind of number it is: ordered rules in one automaton |
//! | [`account`] | who owns numbers and who asks: accounts in a tree, their rights |
//! | [`names`] | what a number can carry, and who carries it |
//! | [`time`] | moments to the second, as the documents count them |
//! | [`policy`] | what the operator has settled: where released numbers go, how long they rest |
//! | [`lifecycle`] | what may become of a number: nine states and one table |
//! | [`feature`] | what a number carries, who may put it on, when it is live: E911, CNAM, routing |
//! | [`record::schema`] | what a number's document must look like |
//! | [`record`] | a number of the inventory, and the commands that change it |
//! | [`porting`] | numbers on their way between carriers: requests, calendar, port-out |
//! | [`contact`] | the numbers of people and clients: one primary, none twice; queries; three APIs |
//! | [`locality`] | where a number is |
//! | [`store`] | where numbers, port requests and contacts are kept: the contract, a store in memory |
//! | [`carrier`] | where numbers come from: carriers, and searching them |
//! | [`provider`] | who is told of addresses and names |
//! | [`inventory`] | what a service does with its numbers: read, decide, commit |
//! | [`document`], [`token`] | what is wrong with a document's field; ids and names that stand in values |
//!
//! # Cargo features
//!
//! | feature | adds |
//! |---|---|
//! | `classify` (default) | [`normalize`], [`mask`], [`classify`] |
//! | `contacts` (default) | [`contact`] and what it stands on |
//! | `inventory` (default) | the inventory of numbers; implies `classify` and `contacts` |
//! | `geo` | places, carriers and time zones of numbers, in English: module `geo` |
//! | `geo-languages` | those in 34 more languages |
//! | `testing` | the laws of stores as tests; stores and carriers that fail when told to |
//! | `http` | routers that speak the published HTTP APIs, and a server for them: module `http` |
//!
//! Without features there is the core, [`number`] and [`plan`], which needs an allocator but not the
//! standard library.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

#[cfg(feature = "inventory")]
pub mod account;
#[cfg(feature = "inventory")]
pub mod carrier;
#[cfg(feature = "classify")]
pub mod classify;
#[cfg(feature = "contacts")]
pub mod contact;
#[cfg(feature = "inventory")]
pub mod deviations;
#[cfg(feature = "contacts")]
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
mod json;
#[cfg(feature = "classify")]
mod pattern;
mod text_enum;

pub use number::{CallingCode, Extension, NumberError, PhoneNumber, Prefix};
#[cfg(feature = "classify")]
pub use pattern::PatternError;
pub use text_enum::UnknownName;
#[cfg(feature = "contacts")]
pub use time::Timestamp;

/// The README's code is compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
