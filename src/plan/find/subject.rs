//! A number in a text, and its place in the plan.

use crate::number::CallingCode;
use crate::plan::parse::CountrySource;
use crate::plan::table::Leaf;
use crate::plan::table::bytes::Territory;

/// A number in a text. The digits are ASCII.
pub(super) struct Subject<'a> {
    pub(super) code: CallingCode,
    pub(super) national: &'a [u8],
    /// The extension; empty if there is none.
    pub(super) extension: &'a [u8],
    pub(super) source: CountrySource,
    /// The entry of the number in the plan.
    pub(super) leaf: Leaf,
    /// The main territory of the calling code.
    pub(super) territory: Territory,
}
