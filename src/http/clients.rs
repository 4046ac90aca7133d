//! Clients' numbers, as `/v9/clients/{client_id}/phone_numbers` has them: arrays in, paged envelopes
//! out.
//!
//! Published is the creation alone. The `url` in its answer can be read as well, and so can the list,
//! in the same envelope. In the published example the number 504-555-0123 is sent and 541-555-0123
//! answered; here the one that was sent is answered. The documents print no failure; here one is
//! `{"errors": [{"field": "phone_numbers.0.number", "message": ".."}]}`.

mod routes;
pub mod wire;

pub use self::routes::router;
pub(super) use self::routes::routes;
