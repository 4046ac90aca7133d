//! The inventory: the use cases of a service's numbers, for one number or many.
//!
//! ```
//! use telnum::account::{Account, AccountId, AccountTree, Actor};
//! use telnum::inventory::{Create, Inventory, Options};
//! use telnum::lifecycle::State;
//! use telnum::store::MemoryStore;
//!
//! let [master, shop]: [AccountId; 2] = ["master".parse()?, "shop".parse()?];
//! let accounts = AccountTree::new([
//!     Account::new(master).with_admin(true),
//!     Account::new(shop).with_parent(master),
//! ])?;
//! let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
//!
//! let free = Create::default().with_state(State::Available);
//! let created = inventory.create(["(415) 886-7900", "x"], &free, &Options::new(Actor::System))?;
//! assert_eq!((created.succeeded.len(), created.failed.len()), (1, 1));
//!
//! let reserved = inventory.reserve(["+14158867900"], &Options::new(shop))?.single()?;
//! assert_eq!((reserved.state(), reserved.owner()), (State::Reserved, Some(shop)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Use in a service
//!
//! - The [builder](Inventory::builder) takes the store, and the service's accounts, carriers, providers,
//!   billing and policy. Everything except the store has a default; without accounts, only
//!   [`Actor::System`](crate::account::Actor::System) has any permission.
//! - The numbers are kept in a [store](crate::store): in memory, in a file (feature `redb`) or in PostgreSQL
//!   (feature `postgres`).
//! - The service calls [`recover`](Inventory::recover) at its start, and [`recover`](Inventory::recover) and
//!   [`sweep`](Inventory::sweep) at regular intervals.
//! - A call that may be repeated, such as after a timeout, has an idempotency
//!   [key](Options::with_key).
//! - Calls block during I/O. An asynchronous service runs them on threads for blocking calls.
//!
//! # Steps of a change
//!
//! An [`Inventory`] is a facade: each use case creates a command, and one executor executes it. The `PUT` of
//! a number over HTTP goes through these steps:
//!
//! 1. The route `http::kazoo::routes::number::create` reads the request and calls
//!    [`Inventory::create`].
//! 2. [`Inventory::create`] (`facade`) creates `Command::Create` and passes it to `Services::execute`.
//! 3. `Services::execute` (`execute`) reads the inputs (`input`) and, if the idempotency key is known,
//!    replays the first response (`replay`).
//! 4. `Execution::plan` reads the records, and `Command::decide` (`command`) decides each of them by
//!    [`NumberRecord::create`](crate::record::NumberRecord::create). Numbers to buy are first
//!    discovered at carriers (`discover`). Port requests are not read if the guards of the commit
//!    verify that new numbers are on none.
//! 5. `Execution::check` asks billing for quotes (`pricing`). A dry run ends here.
//! 6. `Execution::admit` applies the rate limit of the API, if it has one, and `Execution::prepare` turns
//!    decisions into changes. A decision that needs external effects becomes a claim of the record, under
//!    its own idempotency key (`idempotency`).
//! 7. `Execution::commit` calls [`Store::commit`](crate::store::Store::commit): the changes, their events and
//!    the request's receipt are stored together, on the condition that the records have not changed in the
//!    meantime. On a conflict the executor starts again at step 4.
//! 8. `Services::complete_claims` (`claims`) runs the effects of the claims at carriers and providers
//!    (`effects`), and commits their outcome.
//!
//! # External effects
//!
//! An effect only runs on a record that is claimed in the store. [`Inventory::recover`] completes the
//! claims that a crash has left, with the same idempotency keys. If one of several effects is refused,
//! the claim is abandoned: that is stored first, and then the effects already performed are rolled
//! back.

mod billing;
mod builder;
mod claims;
mod command;
mod discover;
mod effects;
mod error;
mod error_words;
mod execute;
mod facade;
mod idempotency;
mod identify;
mod import;
mod input;
mod limits;
mod lookup;
mod options;
mod outcome;
mod plan;
mod port_in;
mod pricing;
mod reads;
mod recent;
mod recover;
mod replay;
mod resume;
mod search;
mod services;
mod sweep;
mod task_lease;

pub use self::billing::{Billing, BillingError, Charge, FreeBilling, Quote};
pub use self::builder::InventoryBuilder;
pub use self::command::Create;
pub use self::error::{InventoryError, InventoryErrorKind, ReplayedError};
#[cfg(feature = "http")]
pub(crate) use self::error_words::e911_details;
pub(crate) use self::execute::PortCompletion;
pub use self::facade::Inventory;
pub use self::import::{ImportReport, ImportRow};
pub use self::input::{NumberInput, NumberOrText};
pub use self::limits::InventoryLimits;
pub use self::lookup::{ActivePort, AppLookup, PortingLookup};
pub use self::options::Options;
pub use self::outcome::Outcome;
pub use self::reads::CarriersInfo;
#[cfg(feature = "http")]
pub(crate) use self::recent::RecentOf;
pub use self::recent::{SearchId, SearchPage};
pub use self::recover::RecoverReport;
pub(crate) use self::resume::Resume;
pub use self::sweep::SweepReport;
