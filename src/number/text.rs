//! The text form of types that have a packed form.

/// Implements `FromStr`, `Display` (which honours width and fill), `Debug` and serde for a type with
/// `from_ascii` and `to_bits`. The text of a value is that of `+` and the digits, without its first `$start`
/// bytes.
macro_rules! text_form {
    ($type:ident, $start:literal, $expecting:literal) => {
        impl core::str::FromStr for $type {
            type Err = $crate::number::error::NumberError;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_ascii(text.as_bytes())
            }
        }

        impl From<$type> for u64 {
            /// Returns the packed form.
            fn from(value: $type) -> Self {
                value.to_bits()
            }
        }

        impl core::fmt::Display for $type {
            #[inline]
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let bits = self.to_bits();
                let buffer = $crate::number::buffer::Buffer::of(bits);
                let text = buffer.text(bits, $start);
                if f.width().is_none() && f.precision().is_none() { f.write_str(text) } else { f.pad(text) }
            }
        }

        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let bits = self.to_bits();
                serializer.serialize_str($crate::number::buffer::Buffer::of(bits).text(bits, $start))
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::text_enum::deserialize(deserializer, $expecting)
            }
        }
    };
}
pub(super) use text_form;
