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
//! assert_eq!(office.classify("886-7900").unwrap().e164(), Some(number));
//!
//! // The world's numbering plan knows whose a number is, and how people there write it.
//! let london = telnum::plan::parse("(020) 7946 0000", Some(Region::GB))?.number;
//! assert_eq!((london.region(), london.number_type()), (Some(Region::GB), NumberType::FixedLine));
//! assert_eq!(london.international(), "+44 20 7946 0000");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! | module | decides |
//! |---|---|
//! | [`number`] | what an E.164 number is: parse, show, order, ranges, eight bytes |
//! | [`plan`] | whose a number is and whether it is valid, in all countries; reading and writing it |
//! | [`normalize`] | what number a dialled text means: ordered converters, dial plans |
//! | [`mask`] | how a number is shown: `SS(###) ### - ####` |
//! | [`classify`] | what kind of number it is: ordered rules in one automaton |
//! | [`contact`] | the numbers of people and clients: one primary, none twice; queries; three APIs |
//!
//! # Cargo features
//!
//! There are none yet: all of the above is always there.

pub mod account;
pub mod carrier;
pub mod classify;
pub mod contact;
pub mod contact_book;
pub mod feature;
pub mod field;
#[cfg(feature = "http")]
pub mod http;
pub mod inventory;
pub mod lifecycle;
pub mod locality;
pub mod mask;
pub mod names;
pub mod normalize;
pub mod number;
pub mod plan;
pub mod policy;
pub mod porting;
pub mod provider;
pub mod record;
pub mod schema;
pub mod store;
pub mod time;
pub mod token;

mod json;
mod pattern;

pub use number::{CallingCode, Extension, NumberError, PhoneNumber, Prefix};
pub use pattern::PatternError;
pub use time::Timestamp;

/// The README's code is compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
