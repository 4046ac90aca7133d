//! The search for an extension at the end of a text, which [`fold`](super::chars::fold) has mapped to one
//! byte per character.

use super::chars::{class, folded, is};

/// An extension at the end of a text.
pub(super) struct ExtensionText<'a> {
    /// The index at which the extension starts, including its label and the separators before it.
    pub(super) start: usize,
    /// The index at which its digits start.
    pub(super) digits_start: usize,
    pub(super) digits: &'a [u8],
}

/// The maximum number of digits of an extension, depending on its label: the more ambiguous the label,
/// the fewer digits.
pub(in crate::plan) const AFTER_LABEL: usize = 20;
const AFTER_LIKELY_LABEL: usize = 15;
const AFTER_AMBIGUOUS_LABEL: usize = 9;
pub(in crate::plan) const WITHOUT_LABEL: usize = 6;

/// The separators allowed between a label and its digits.
pub(in crate::plan) const AFTER: u8 = class::SPACE | class::COMMA | class::HYPHEN;
/// The separators allowed before a label.
pub(in crate::plan) const BEFORE: u8 = class::SPACE | class::COMMA;

/// The labels of extensions, and the maximum number of digits after each. A letter matches both cases;
/// the character before a `?` is optional. The first six are explicit.
pub(in crate::plan) const LABELS: [(&[u8], usize); 14] = {
    use folded::{ACUTE, CYRILLIC_B, CYRILLIC_D, CYRILLIC_O, HASH, O_ACUTE, TILDE};
    use folded::{WIDE_E, WIDE_I, WIDE_N, WIDE_T, WIDE_X};
    [
        (b"e?xtn?", AFTER_LABEL),
        (&[b'e', b'?', b'x', b't', b'e', b'n', b's', b'i', b'o', ACUTE, b'?', b'n', b'?'], AFTER_LABEL),
        (&[b'e', b'?', b'x', b't', b'e', b'n', b's', b'i', O_ACUTE, b'n', b'?'], AFTER_LABEL),
        (&[CYRILLIC_D, CYRILLIC_O, CYRILLIC_B], AFTER_LABEL),
        (b"anexo", AFTER_LABEL),
        (&[WIDE_E, b'?', WIDE_X, WIDE_T, WIDE_N, b'?'], AFTER_LABEL),
        (b"x", AFTER_AMBIGUOUS_LABEL),
        (&[WIDE_X], AFTER_AMBIGUOUS_LABEL),
        (b"#", AFTER_AMBIGUOUS_LABEL),
        (&[HASH], AFTER_AMBIGUOUS_LABEL),
        (b"~", AFTER_AMBIGUOUS_LABEL),
        (&[TILDE], AFTER_AMBIGUOUS_LABEL),
        (b"int", AFTER_AMBIGUOUS_LABEL),
        (&[WIDE_I, WIDE_N, WIDE_T], AFTER_AMBIGUOUS_LABEL),
    ]
};

impl<'a> ExtensionText<'a> {
    /// Returns the longest extension at the end of `text`, whether or not a number precedes it.
    ///
    /// The digits are the last characters of the text, apart from an optional `#`, so the search runs
    /// backwards.
    #[inline]
    pub(super) fn at_end(text: &'a [u8]) -> Option<Self> {
        let without_hash = text.strip_suffix(b"#");
        let body = without_hash.unwrap_or(text);
        let before = trim_end(body, class::DIGIT);
        let digits = body.get(before.len()..)?;
        let (labelled, separators) = before.split_at_checked(trim_end(before, AFTER).len())?;
        let count = digits.len();
        if count == 0 || before.is_empty() {
            return None;
        }
        let after_number = labelled.last().is_some_and(|last| is(*last, class::DIGIT));
        if after_number && without_hash.is_none() && !separators.contains(&b',') {
            return None;
        }
        let starts = [
            parameter_start(before).filter(|_| count <= AFTER_LABEL && without_hash.is_none()),
            label_start(labelled, count),
            auto_dialled_start(labelled, separators, count),
            hyphen_start(before).filter(|_| without_hash.is_some() && count <= WITHOUT_LABEL),
        ];
        let start = starts.map(|start| start.unwrap_or(text.len())).into_iter().min()?;
        (start < text.len()).then_some(Self { start, digits_start: before.len(), digits })
    }
}

/// Returns the start of the extension parameter of a `tel:` URI: `;ext=`.
fn parameter_start(before: &[u8]) -> Option<usize> {
    let (start, label) = before.split_at_checked(before.len().checked_sub(5)?)?;
    label.eq_ignore_ascii_case(b";ext=").then_some(start.len())
}

/// Returns the start of an extension of `count` digits that has a label: ` ext. `, `x`, `, доб `. The label
/// is at the end of `text`.
fn label_start(text: &[u8], count: usize) -> Option<usize> {
    let text = without_mark(text);
    if text.last().is_none_or(|last| is(*last, class::DIGIT)) {
        return None;
    }
    // No label is a suffix of another.
    let (before, max) = LABELS.iter().find_map(|(label, max)| Some((strip_label(text, label)?, *max)))?;
    (count <= max).then(|| trim_end(before, BEFORE).len())
}

/// Returns the start of an extension of `count` digits that the telephone dials automatically: after
/// `;`, `,,` or any number of commas. They stand at the end of `text` or among the separators after it.
fn auto_dialled_start(text: &[u8], separators: &[u8], count: usize) -> Option<usize> {
    let unmarked = without_mark(text);
    let commas_before_mark = unmarked.iter().rev().take_while(|byte| **byte == b',').count();
    if commas_before_mark == 0 && !separators.contains(&b',') && !unmarked.ends_with(b";") {
        return None;
    }
    let before_spaces = |before: &[u8]| trim_end(before, class::SPACE).len();
    // Two commas are a label; any other number of commas is an ambiguous label. The commas directly precede
    // the mark if there is one; otherwise they are the first of the separators.
    let comma_start = |least: usize, taken: usize| {
        if unmarked.len() < text.len() && commas_before_mark >= least {
            return unmarked.get(..unmarked.len() - taken).map(before_spaces);
        }
        let first = separators.windows(least).position(|window| window.iter().all(|sign| *sign == b','))?;
        Some(text.len() + before_spaces(separators.get(..first)?))
    };
    let mut starts = [None; 3];
    if count <= AFTER_LIKELY_LABEL {
        starts[0] = unmarked.strip_suffix(b";").map(before_spaces);
        starts[1] = comma_start(2, 2);
    }
    if count <= AFTER_AMBIGUOUS_LABEL {
        starts[2] = comma_start(1, commas_before_mark);
    }
    starts.into_iter().flatten().min()
}

/// Returns the start of an extension in the American style: ` - 503#`.
fn hyphen_start(before: &[u8]) -> Option<usize> {
    let signs = before.iter().rev().take_while(|byte| matches!(byte, b'-' | b' ')).count();
    (signs > 0).then(|| before.len() - signs)
}

/// Returns `text` without the characters of `classes` at its end.
#[inline]
fn trim_end(text: &[u8], classes: u8) -> &[u8] {
    let end = text.iter().rposition(|byte| !is(*byte, classes)).map_or(0, |last| last + 1);
    text.get(..end).unwrap_or_default()
}

/// Returns `text` without one colon or full stop at its end.
fn without_mark(text: &[u8]) -> &[u8] {
    match text {
        [before @ .., b':' | b'.' | folded::STOP] => before,
        _ => text,
    }
}

/// Returns the text before `label` if the text ends with `label`. Optional characters are consumed if
/// they match.
fn strip_label<'a>(mut text: &'a [u8], label: &[u8]) -> Option<&'a [u8]> {
    let mut is_optional = false;
    for wanted in label.iter().rev() {
        if *wanted == b'?' {
            is_optional = true;
            continue;
        }
        match text {
            [before @ .., found] if is_letter(*found, *wanted) => text = before,
            _ if is_optional => {}
            _ => return None,
        }
        is_optional = false;
    }
    Some(text)
}

/// Returns whether `found` is the letter `wanted`, given in lower case, in either case.
pub(in crate::plan) fn is_letter(found: u8, wanted: u8) -> bool {
    found.to_ascii_lowercase() == wanted
        || match found {
            folded::LONG_S => wanted == b's',
            folded::DOTTED_I | folded::DOTLESS_I => wanted == b'i',
            _ => false,
        }
}
