use alloc::collections::BTreeSet;

use crate::number::PhoneNumber;

/// A count of distinct numbers in bounded memory: exact up to 4,096, and with a standard error of 1.6 %
/// above.
///
/// The numbers with the lowest hash values are kept. The more distinct numbers there are, the closer together
/// these values are (Bar-Yossef et al., 2002).
#[derive(Clone, Debug, Default)]
pub struct Distinct {
    /// The lowest hash values.
    least: BTreeSet<u64>,
    /// Whether a hash value was left out.
    is_partial: bool,
}

impl Distinct {
    /// The maximum number of hash values.
    const CAPACITY: usize = 4_096;

    /// Counts `number`.
    pub fn insert(&mut self, number: PhoneNumber) {
        self.insert_hash(hash(number.to_bits()));
    }

    fn insert_hash(&mut self, hash: u64) {
        if self.least.len() < Self::CAPACITY {
            self.least.insert(hash);
        } else if self.least.last().is_some_and(|last| hash < *last) {
            if self.least.insert(hash) {
                self.least.pop_last();
                self.is_partial = true;
            }
        } else if self.least.last() != Some(&hash) {
            self.is_partial = true;
        }
    }

    /// Adds the numbers that `other` counted.
    pub fn merge(&mut self, other: Self) {
        self.is_partial |= other.is_partial;
        other.least.into_iter().for_each(|hash| self.insert_hash(hash));
    }

    /// Returns whether the count is exact.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        !self.is_partial
    }

    /// Returns the number of distinct numbers.
    ///
    /// ```
    /// use telnum::plan::doctor::Distinct;
    ///
    /// let mut distinct = Distinct::default();
    /// for text in ["+442079460958", "+442079460959", "+442079460958"] {
    ///     distinct.insert(text.parse()?);
    /// }
    /// assert_eq!((distinct.count(), distinct.is_exact()), (2, true));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn count(&self) -> u64 {
        let kept = self.least.len() as u64;
        match self.least.last() {
            Some(last) if self.is_partial => {
                // The share of all values below the greatest kept one is about the ratio of that value to the
                // range of the hash.
                let count = (u128::from(kept - 1) << 64) / u128::from(*last).max(1);
                u64::try_from(count).unwrap_or(u64::MAX)
            }
            _ => kept,
        }
    }
}

/// Returns the hash of an integer (`SplitMix64`).
const fn hash(bits: u64) -> u64 {
    let bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ bits >> 31
}
