//! Idempotency keys: names of calls and requests that may be repeated and must take effect once.
//!
//! ```
//! use telnum::idempotency::IdempotencyKey;
//!
//! let key: IdempotencyKey = "9c1a13a0f729c2d6d35a9c4515e5da03".parse()?;
//! assert_eq!(key, IdempotencyKey::from_bits(0x9c1a_13a0_f729_c2d6, 0xd35a_9c45_15e5_da03));
//! # Ok::<(), telnum::token::TokenError>(())
//! ```

use crate::token::{Token, token_type};

token_type! {
    /// A key under which a call takes effect once, however often it is made: 1 to 64 visible ASCII
    /// characters.
    ///
    /// ```
    /// use telnum::idempotency::IdempotencyKey;
    ///
    /// let key: IdempotencyKey = "order-7".parse()?;
    /// assert_eq!(key.to_string().parse(), Ok(key));
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    IdempotencyKey, 64
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

    /// Creates a key from a text that is known to be one; what does not fit is cut off.
    pub(crate) const fn known(text: &str) -> Self {
        Self(Token::known(text))
    }

    /// Derives a key from a text of any length: FNV-1a, from two bases. It is the same in every
    /// version of the library, since what is stored under it outlives a version.
    pub(crate) fn of_text(text: &str) -> Self {
        let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        let hash = |basis| text.bytes().fold(basis, step);
        Self::from_bits(hash(0xCBF2_9CE4_8422_2325), hash(!0xCBF2_9CE4_8422_2325))
    }

    /// Derives the key of the `place`th effect of a claim under this key.
    #[cfg(feature = "inventory")]
    pub(crate) fn of_part(self, part: &str, place: usize) -> Self {
        let text = format!("{self}/{part}{place}");
        // A text that is too long would be cut off, and be the same for all parts.
        text.parse().unwrap_or_else(|_| Self::of_text(&text))
    }
}
