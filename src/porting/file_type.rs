//! The types of files that a port request can have.

/// The type of a file on a port request: a document, or the image of one.
///
/// ```
/// use telnum::porting::FileType;
///
/// assert_eq!(FileType::of_content(b"%PDF-1.7 .."), Some(FileType::Pdf));
/// assert_eq!(FileType::of_content(b"<html>"), None);
/// assert_eq!(FileType::of_media_type("application/x-pdf"), Some(FileType::Pdf));
/// assert_eq!(FileType::Jpeg.media_type(), "image/jpeg");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileType {
    /// A document in PDF.
    Pdf,
    /// An image in PNG.
    Png,
    /// An image in JPEG.
    Jpeg,
    /// An image in GIF.
    Gif,
    /// An image in TIFF, such as a fax.
    Tiff,
}

/// The properties of a type.
struct Properties {
    file_type: FileType,
    /// The media types, the usual one first.
    media_types: &'static [&'static str],
    /// The endings of names, the usual one first.
    endings: &'static [&'static str],
    /// The bytes with which a content starts.
    signatures: &'static [&'static [u8]],
}

const TYPES: [Properties; 5] = [
    Properties {
        file_type: FileType::Pdf,
        media_types: &["application/pdf", "application/x-pdf"],
        endings: &[".pdf"],
        signatures: &[b"%PDF-"],
    },
    Properties {
        file_type: FileType::Png,
        media_types: &["image/png"],
        endings: &[".png"],
        signatures: &[b"\x89PNG\r\n\x1a\n"],
    },
    Properties {
        file_type: FileType::Jpeg,
        media_types: &["image/jpeg", "image/jpg"],
        endings: &[".jpg", ".jpeg"],
        signatures: &[b"\xff\xd8\xff"],
    },
    Properties {
        file_type: FileType::Gif,
        media_types: &["image/gif"],
        endings: &[".gif"],
        signatures: &[b"GIF87a", b"GIF89a"],
    },
    Properties {
        file_type: FileType::Tiff,
        media_types: &["image/tiff"],
        endings: &[".tif", ".tiff"],
        signatures: &[b"II*\0", b"MM\0*"],
    },
];

impl FileType {
    /// Returns the type of a file by the first bytes of its content; `None` for all other types.
    #[must_use]
    pub fn of_content(content: &[u8]) -> Option<Self> {
        let has_signature =
            |types: &&Properties| types.signatures.iter().any(|bytes| content.starts_with(bytes));
        TYPES.iter().find(has_signature).map(|types| types.file_type)
    }

    /// Returns the type with a media type (RFC 9110, section 8.3.1), whose parameters are ignored; `None` for all
    /// other types.
    #[must_use]
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        let name = media_type.split(';').next().unwrap_or_default().trim();
        let has_name =
            |types: &&Properties| types.media_types.iter().any(|known| known.eq_ignore_ascii_case(name));
        TYPES.iter().find(has_name).map(|types| types.file_type)
    }

    /// Returns the media type, such as `application/pdf`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        self.properties().and_then(|types| types.media_types.first()).copied().unwrap_or_default()
    }

    /// Returns `name` with the ending of this type, which is appended unless the name has it.
    pub(super) fn named(self, name: &str) -> String {
        let endings = self.properties().map_or(&[][..], |types| types.endings);
        let lower = name.to_ascii_lowercase();
        match endings.first() {
            Some(ending) if endings.iter().all(|ending| !lower.ends_with(ending)) => {
                format!("{name}{ending}")
            }
            Some(_) | None => name.to_owned(),
        }
    }

    fn properties(self) -> Option<&'static Properties> {
        TYPES.iter().find(|types| types.file_type == self)
    }
}
