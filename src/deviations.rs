//! Where telnum differs from the systems it follows, and why.
//!
//! Three sources say what a phone-number system does: libphonenumber for the numbering plan, the number
//! manager of Kazoo (2600hz) for the inventory, and five published API documents for the wire. telnum
//! answers as they do, except for the rows below. Each row has a test.
//!
//! # From libphonenumber
//!
//! The release is [`plan::METADATA_VERSION`](crate::plan::METADATA_VERSION). Where libphonenumber's own
//! ports disagree, telnum follows the one for Java.
//!
//! | libphonenumber | telnum | reason |
//! |---|---|---|
//! | accepts numbers of up to 17 digits | refuses more than 15 digits as too long | ITU-T E.164, section 6.1: a longer number cannot be dialled |
//! | accepts extensions of up to 20 digits | refuses more than 15 digits | an [`Extension`](crate::Extension) is a value of 8 bytes; longer ones are not in use |
//! | keeps an extension's digits in the script they were written in | returns ASCII digits | the extension is to be dialled |
//! | fails in several ways on `;phone-context=` before `tel:` | refuses it | RFC 3966: the scheme comes first |
//! | finds no Hebrew places and carriers on Java 17, which calls the language `he`, and the file `iw` | answers in Hebrew | the file is there |
//!
//! # From Kazoo's number manager
//!
//! | Kazoo | telnum | reason |
//! |---|---|---|
//! | reads `4151234567`, a ten-digit text with a bad exchange code, as a Swiss number | the same by the reference converters; [`Normalizer::strict`](crate::normalize::Normalizer::strict) refuses it | a typing error must not become another country |
//! | calls 811, 822, 833, 922 and 999 emergency codes | by [`Classifiers::north_america`](crate::classify::Classifiers::north_america) only 911 is one; [`reference`](crate::classify::Classifiers::reference) has Kazoo's rules | 47 CFR 52 and the NANP assign 811 and its like to other services |
//! | tells no carrier and unwinds nothing when a number is deleted | the same | a deletion is an admin's; a release is the way to give a number back |
//! | counts ageing from the last modification | counts from the disconnection | an edit must not restart the clock (47 CFR 52.15) |
//! | asks providers and carriers before anything is stored | commits a claim first, then acts, then commits the outcome | two buyers never buy the same number twice, and a crash loses no order |
//! | stores contact and port data in separate databases without a common transaction | commits conditions with the change | no update is lost |
//! | answers 403 for a number that is not the account's own | answers 404 on reading | who owns a number is nobody else's business |
//!
//! # Between the published documents
//!
//! The documents contradict each other in places; the readings taken are listed where the wire formats are
//! described, in the module documentation of `http::kazoo` and of its siblings (feature `http`).
