//! The digits that are sent after a call is answered.

/// Splits a dialled text at its first pause into the part to dial, and the pauses and digits to send after
/// the call is answered. The second part is empty if there is no pause.
///
/// A pause is `,`, `;`, `p` or `w` after a digit, if only digits, `*`, `#`, separators and further pauses
/// follow it. A parameter such as `;ext=34` is not a pause.
///
/// ```
/// use telnum::normalize::{Normalizer, split_post_dial};
///
/// let (dialled, post_dial) = split_post_dial("(650) 253-0000p123#");
/// assert_eq!((dialled, post_dial), ("(650) 253-0000", "p123#"));
/// assert_eq!(Normalizer::reference().normalize(dialled).text(), "+16502530000");
/// assert_eq!(split_post_dial("+16502530000"), ("+16502530000", ""));
/// ```
#[must_use]
#[doc(alias("PhoneNumberUtils", "extractPostDialPortion"))]
pub fn split_post_dial(text: &str) -> (&str, &str) {
    let is_pause = |c: char| matches!(c, ',' | ';' | 'p' | 'P' | 'w' | 'W');
    let is_sent = |c: char| c.is_ascii_digit() || is_pause(c) || matches!(c, '*' | '#' | ' ' | '-');
    let mut chars = text.char_indices();
    let start = chars.rfind(|(_, c)| !is_sent(*c)).map_or(0, |(place, c)| place + c.len_utf8());
    let first_digit = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let start = start.max(first_digit);
    let pause = text.char_indices().find(|(place, c)| *place >= start && is_pause(*c));
    let (dialled, rest) = text.split_at(pause.map_or(text.len(), |(place, _)| place));
    if rest.contains(|c: char| c.is_ascii_digit()) { (dialled.trim_end(), rest) } else { (text, "") }
}
