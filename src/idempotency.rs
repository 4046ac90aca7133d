//! Idempotency keys: identifiers of requests and effects that can be repeated but must take effect
//! once.
//!
//! A client chooses a [`RequestKey`] for a request and passes it to
//! [`Options::with_key`](crate::inventory::Options::with_key). From it, the inventory derives an
//! [`IdempotencyKey`] for each number of the request and each external effect, and passes that key to
//! carriers and providers. Request keys are shorter, to leave room for the number and the effect, so no
//! client can choose a key that equals a derived one.
//!
//! ```
//! use telnum::idempotency::{IdempotencyKey, RequestKey};
//!
//! let key: RequestKey = "shop-1/order-7".parse()?;
//! assert_eq!(IdempotencyKey::from(key).as_str(), "shop-1/order-7");
//! # Ok::<(), telnum::token::TokenError>(())
//! ```

use sha2::{Digest, Sha256};

use crate::token::{Token, token_type};

token_type! {
    /// A key with which a call takes effect once, even if it is repeated: 1 to 64 visible ASCII characters.
    ///
    /// ```
    /// use telnum::idempotency::IdempotencyKey;
    ///
    /// let key: IdempotencyKey = "order-7".parse()?;
    /// assert_eq!(key.as_str(), "order-7");
    /// assert!("x".repeat(65).parse::<IdempotencyKey>().is_err());
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    IdempotencyKey, 64
}

token_type! {
    /// The idempotency key that a client chooses for a request: 1 to 40 visible ASCII characters.
    ///
    /// A key belongs to one request of one actor. A service that lets its clients choose keys must
    /// separate the clients, for example by a prefix. A request that changes nothing does not use up
    /// its key.
    ///
    /// ```
    /// use telnum::idempotency::RequestKey;
    ///
    /// let key: RequestKey = "shop-1/order-7".parse()?;
    /// assert_eq!(key.as_str(), "shop-1/order-7");
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    RequestKey, 40
}

impl From<RequestKey> for IdempotencyKey {
    fn from(key: RequestKey) -> Self {
        Self::known(key.as_str())
    }
}

impl IdempotencyKey {
    /// Creates a key of 32 hexadecimal digits from 128 bits.
    ///
    /// ```
    /// use telnum::idempotency::IdempotencyKey;
    ///
    /// assert_eq!(IdempotencyKey::from_bits(0, 255).as_str(), "000000000000000000000000000000ff");
    /// ```
    #[must_use]
    pub fn from_bits(high: u64, low: u64) -> Self {
        Self::known(&format!("{high:016x}{low:016x}"))
    }

    /// Creates a key from a known text. A text that is too long is truncated.
    pub(crate) const fn known(text: &str) -> Self {
        Self(Token::known(text))
    }

    /// Derives a key from a text of any length: the first 128 bits of its SHA-256, so that it is infeasible
    /// to find two texts with the same key. The key is the same in every version of the library, because
    /// receipts stored under it outlive a version.
    pub(crate) fn of_text(text: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(text).into();
        let half = |bytes: &[u8]| bytes.iter().fold(0, |bits: u64, byte| bits << 8 | u64::from(*byte));
        let (high, rest) = digest.split_at(8);
        Self::from_bits(half(high), half(rest.split_at(8).0))
    }

    /// Derives the key of the effect at index `place` of a claim with this key. `part` distinguishes
    /// performing an effect from rolling it back.
    pub(crate) fn of_part(self, part: &str, place: usize) -> Self {
        let text = format!("{self}/{part}{place}");
        // If the text were truncated, the keys of all parts would be equal.
        text.parse().unwrap_or_else(|_| Self::of_text(&text))
    }
}
