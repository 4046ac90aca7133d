//! The columns of a file of localities.

use std::fmt;

/// The number of the fields.
pub(super) const FIELDS: usize = LocalityField::ALL.len();

/// A field of a locality that a file can contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocalityField {
    /// The country, as an ISO 3166-1 alpha-2 code: column `country`.
    Country,
    /// The state or province: column `province`.
    Province,
    /// The city: column `city`.
    City,
    /// The description of the place of the number's prefix, such as `San Francisco, CA`: column `geocode`.
    Geocode,
    /// The most likely postal code: column `postal_code`.
    PostalCode,
    /// The other postal codes, separated by commas: column `alt_postal_codes`.
    AltPostalCodes,
    /// The extension of the postal code: column `extended_postal_code`.
    ExtendedPostalCode,
    /// The latitude in degrees: column `latitude`.
    Latitude,
    /// The longitude in degrees: column `longitude`.
    Longitude,
    /// The type of the line: column `type`.
    LineType,
    /// The CLLI code of the switch: column `switch`.
    Switch,
    /// The local access and transport area: column `lata`.
    Lata,
    /// The rate centre: column `rate_centre`.
    RateCentre,
    /// The id of the carrier, such as its OCN: column `carrier_id`.
    CarrierId,
    /// The type of the carrier's lines: column `carrier_type`.
    CarrierType,
    /// The name of the carrier's company: column `carrier_company`.
    CarrierCompany,
    /// The carrier's trade name: column `carrier_dba`.
    CarrierDba,
    /// The time zone, by its IANA name: column `time_zone`.
    TimeZone,
}

/// The encoding of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// ISO 8859-1.
    Latin1,
}

/// The names of the columns of a CSV file, and the format of its cells.
///
/// A column without a configured name has the name of its [`LocalityField`], and is optional. The
/// columns with the numbers of a row are `prefix`; or `npa`, `nxx` and `x`; or `npa` and `nxx`; or
/// `from` and `to`, whichever the header contains. The case of names is ignored.
///
/// The presets read the files of national authorities. Their column names were compared with these
/// sources:
///
/// | preset | file | names of columns |
/// |---|---|---|
/// | [`nanpa_co_codes`](Self::nanpa_co_codes) | NANPA, *utilized codes* (`allutlzd.txt`) | tabs: nanpa.com, *Central Office Code Assignment Records*; names: programs that import the file |
/// | [`nanpa_thousands_blocks`](Self::nanpa_thousands_blocks) | NANPA, `AllBlocksAugmentedReport.txt` | programs that import the file |
/// | [`acma`](Self::acma) | ACMA, `EnhancedFullDownload.csv` | programs that import the file |
/// | [`bundesnetzagentur`](Self::bundesnetzagentur) | Bundesnetzagentur, `NVONB.INTERNET.*.ONB.csv` | programs that import the file |
/// | [`arcep`](Self::arcep) | ARCEP, `MAJNUM.csv` | programs that import the file |
///
/// The authorities publish no description of these columns that could be found. If a name has changed,
/// reading fails with [`MissingColumn`](super::TableErrorKind::MissingColumn), and
/// [`with_column`](Self::with_column) sets the new name.
///
/// ```
/// use telnum::locality::{Columns, LocalityField, LocalityLookup, LocalityTable};
///
/// let columns = Columns::new()
///     .with_key(["NPA-NXX"])
///     .with_prefix("+1")
///     .with_column(LocalityField::RateCentre, "RateCenter")
///     .with_constant(LocalityField::Country, "US");
/// let mut table = LocalityTable::new();
/// table.read_csv("NPA-NXX,RateCenter\n707-555,FORT BRAGG\n".as_bytes(), &columns)?;
/// let place = table.locate("+17075550100".parse()?)?.unwrap();
/// assert_eq!((&*place.country, place.rate_centre.as_deref()), ("US", Some("FORT BRAGG")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    key: Option<Key>,
    names: Vec<(LocalityField, Box<str>)>,
    pub(super) constants: Vec<(LocalityField, Box<str>)>,
    prefix: Box<str>,
    /// The leading digits that require another text than `prefix` before them, each with that text.
    prefixes: Vec<(Box<str>, Box<str>)>,
    pub(super) trunk_prefix: Option<Box<str>>,
    pub(super) delimiter: u8,
    pub(super) encoding: Encoding,
    pub(super) filters: Vec<(Box<str>, Box<str>)>,
    pub(super) has_whole_numbers: bool,
}

/// The columns with the numbers of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Columns whose digits, concatenated, are a prefix.
    Prefix(Vec<Box<str>>),
    /// Columns with the first and the last number of a range.
    Range(Vec<Box<str>>),
}

/// The leading digits of French national numbers, without the trunk prefix, that belong to other calling
/// codes, by the text that precedes them: those of La Réunion and Mayotte, of Guadeloupe, of French Guiana,
/// of Martinique, and of Saint-Pierre-et-Miquelon, where a national number starts with 508 unless it is a
/// mobile number.
const OVERSEAS: [(&str, &[&str]); 6] = [
    (
        "+262",
        &[
            "262", "263", "2688", "2689", "269", "639", "692", "693", "7092", "70935", "70936", "70937",
            "9398", "9399", "9478", "9479", "9762", "9763", "9769",
        ],
    ),
    ("+590", &["590", "5987", "690", "691", "7090", "9395", "9475", "9760", "9761", "9768"]),
    ("+594", &["594", "5988", "694", "7093", "9396", "9476", "9764", "9765"]),
    ("+596", &["596", "5989", "696", "697", "7091", "9397", "9477", "9766", "9767"]),
    ("+508", &["708"]),
    ("+", &["508"]),
];

impl LocalityField {
    /// All fields.
    pub const ALL: [Self; 18] = [
        Self::Country,
        Self::Province,
        Self::City,
        Self::Geocode,
        Self::PostalCode,
        Self::AltPostalCodes,
        Self::ExtendedPostalCode,
        Self::Latitude,
        Self::Longitude,
        Self::LineType,
        Self::Switch,
        Self::Lata,
        Self::RateCentre,
        Self::CarrierId,
        Self::CarrierType,
        Self::CarrierCompany,
        Self::CarrierDba,
        Self::TimeZone,
    ];

    /// Returns the default name of the field's column.
    ///
    /// ```
    /// assert_eq!(telnum::locality::LocalityField::RateCentre.as_str(), "rate_centre");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Province => "province",
            Self::City => "city",
            Self::Geocode => "geocode",
            Self::PostalCode => "postal_code",
            Self::AltPostalCodes => "alt_postal_codes",
            Self::ExtendedPostalCode => "extended_postal_code",
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
            Self::LineType => "type",
            Self::Switch => "switch",
            Self::Lata => "lata",
            Self::RateCentre => "rate_centre",
            Self::CarrierId => "carrier_id",
            Self::CarrierType => "carrier_type",
            Self::CarrierCompany => "carrier_company",
            Self::CarrierDba => "carrier_dba",
            Self::TimeZone => "time_zone",
        }
    }
}

impl Columns {
    /// Creates columns with the names of the fields, separated by commas, in UTF-8.
    #[must_use]
    pub fn new() -> Self {
        Self {
            key: None,
            names: Vec::new(),
            constants: Vec::new(),
            prefix: Box::default(),
            prefixes: Vec::new(),
            trunk_prefix: None,
            delimiter: b',',
            encoding: Encoding::Utf8,
            filters: Vec::new(),
            has_whole_numbers: false,
        }
    }

    /// Creates the columns of the North American central office code report, in which a row is an `NPA-NXX`.
    ///
    /// The columns are `State`, `NPA-NXX`, `OCN`, `Company`, `RateCenter` and `Use`; only assigned
    /// codes (`AS`) are read. The report is separated by tabs; for a copy with commas, use
    /// [`with_delimiter`](Self::with_delimiter).
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityTable};
    ///
    /// let report = "State\tNPA-NXX\tOCN\tCompany\tRateCenter\tUse\nCA\t707-555\t9999\tEXAMPLE\tFORT BRAGG\tAS\n";
    /// assert_eq!(LocalityTable::new().read_csv(report.as_bytes(), &Columns::nanpa_co_codes()), Ok(1));
    /// ```
    #[must_use]
    pub fn nanpa_co_codes() -> Self {
        Self::new()
            .with_key(["NPA-NXX"])
            .with_prefix("+1")
            .with_delimiter(b'\t')
            .with_filter("Use", "AS")
            .with_column(LocalityField::Province, "State")
            .with_column(LocalityField::CarrierId, "OCN")
            .with_column(LocalityField::CarrierCompany, "Company")
            .with_column(LocalityField::RateCentre, "RateCenter")
    }

    /// Creates the columns of the North American thousands-block report, in which a row is an area
    /// code, `NPA`, a central office code, `NXX`, and the next digit, `X`.
    ///
    /// The other columns are `State`, `Rate Center`, `OCN` and `Assigned To`. The report is separated
    /// by commas. Read it after the [central office codes](Self::nanpa_co_codes): only pooled codes
    /// have blocks.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityTable};
    ///
    /// let report = "State,NPA,NXX,X,Rate Center,OCN,Assigned To\nCA,707,555,0,FORT BRAGG,9999,EXAMPLE\n";
    /// let columns = Columns::nanpa_thousands_blocks();
    /// assert_eq!(LocalityTable::new().read_csv(report.as_bytes(), &columns), Ok(1));
    /// ```
    #[must_use]
    pub fn nanpa_thousands_blocks() -> Self {
        Self::new()
            .with_key(["NPA", "NXX", "X"])
            .with_prefix("+1")
            .with_column(LocalityField::Province, "State")
            .with_column(LocalityField::CarrierId, "OCN")
            .with_column(LocalityField::CarrierCompany, "Assigned To")
            .with_column(LocalityField::RateCentre, "Rate Center")
    }

    /// Creates the columns of the Australian register of numbers: the ranges `From` and `To`, the `Service Type`, and
    /// the carrier that holds the range, `Latest Holder`, separated by commas.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
    ///
    /// let register = "From,To,Service Type,Latest Holder\n0290000000,0290009999,Local service,EXAMPLE\n";
    /// let mut table = LocalityTable::new();
    /// table.read_csv(register.as_bytes(), &Columns::acma())?;
    /// assert_eq!(table.locate("+61290001234".parse()?)?.unwrap().line_type.as_deref(), Some("Local service"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn acma() -> Self {
        Self::new()
            .with_range("From", "To")
            .with_prefix("+61")
            .with_trunk_prefix("0")
            .with_whole_numbers(true)
            .with_column(LocalityField::LineType, "Service Type")
            .with_column(LocalityField::CarrierCompany, "Latest Holder")
    }

    /// Creates the columns of the German list of area codes: `Ortsnetzkennzahl` and `Ortsnetzname`,
    /// separated by semicolons, in UTF-8. Only active codes (`KennzeichenAktiv`) are read.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
    ///
    /// let list = "Ortsnetzkennzahl;Ortsnetzname;KennzeichenAktiv\n030;Berlin;1\n";
    /// let mut table = LocalityTable::new();
    /// table.read_csv(list.as_bytes(), &Columns::bundesnetzagentur())?;
    /// assert_eq!(&*table.locate("+493012345".parse()?)?.unwrap().locality, "Berlin");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn bundesnetzagentur() -> Self {
        Self::new()
            .with_key(["Ortsnetzkennzahl"])
            .with_prefix("+49")
            .with_trunk_prefix("0")
            .with_delimiter(b';')
            .with_filter("KennzeichenAktiv", "1")
            .with_column(LocalityField::City, "Ortsnetzname")
            .with_constant(LocalityField::Country, "DE")
    }

    /// Creates the columns of the French number ranges: `Tranche_Debut`, `Tranche_Fin` and the
    /// abbreviation of the carrier, `Mnémo`, separated by semicolons, in ISO 8859-1.
    ///
    /// The ranges of the overseas departments and collectivities are read as numbers of their calling
    /// codes, +262, +508, +590, +594 and +596, according to libphonenumber's patterns for them; the other ranges as
    /// numbers of +33.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
    ///
    /// let file = "Tranche_Debut;Tranche_Fin;Mn\u{e9}mo\n0590200000;0590209999;FRTE\n0123450000;0123459999;FRTE\n";
    /// let mut table = LocalityTable::new();
    /// table.read_csv(file.as_bytes(), &Columns::arcep().with_encoding(Default::default()))?;
    /// assert!(table.locate("+590590201234".parse()?)?.is_some());
    /// assert!(table.locate("+33123451234".parse()?)?.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn arcep() -> Self {
        let columns = Self::new()
            .with_range("Tranche_Debut", "Tranche_Fin")
            .with_prefix("+33")
            .with_trunk_prefix("0")
            .with_delimiter(b';')
            .with_encoding(Encoding::Latin1)
            .with_whole_numbers(true)
            .with_column(LocalityField::CarrierId, "Mnémo");
        OVERSEAS.into_iter().fold(columns, |columns, (prefix, starts)| {
            starts.iter().fold(columns, |columns, start| columns.with_prefix_for(start, prefix))
        })
    }

    /// Sets the columns whose digits, concatenated, are the prefix of a row. Spaces, hyphens, dots,
    /// slashes and parentheses in them are ignored.
    ///
    /// The last of several columns may be empty: the row then applies to all numbers that start with
    /// the others. Columns named `npa` and `nxx` have 3 digits, and `x` has 1.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
    ///
    /// let columns = Columns::new().with_key(["area", "exchange"]).with_prefix("+1");
    /// let mut table = LocalityTable::new();
    /// table.read_csv("area,exchange,city\n(707),555,Fort Bragg\n707,,Northern California\n".as_bytes(), &columns)?;
    /// assert_eq!(&*table.locate("+17075550100".parse()?)?.unwrap().locality, "Fort Bragg");
    /// assert_eq!(&*table.locate("+17072340100".parse()?)?.unwrap().locality, "Northern California");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_key<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.key = Some(Key::Prefix(names.into_iter().map(Box::from).collect()));
        self
    }

    /// Sets the columns of the first and the last number of a row, or of their leading digits. Both
    /// have the same number of digits.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
    ///
    /// let columns = Columns::new().with_range("first", "last");
    /// let mut table = LocalityTable::new();
    /// table.read_csv("first,last,city\n+4930,+4932,Berlin\n".as_bytes(), &columns)?;
    /// assert!(table.locate("+493112345".parse()?)?.is_some());
    /// assert!(table.locate("+493312345".parse()?)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_range(mut self, from: &str, to: &str) -> Self {
        self.key = Some(Key::Range([from, to].map(Box::from).to_vec()));
        self
    }

    /// Sets whether the ends of ranges are complete numbers, so that a range contains no numbers with
    /// more or fewer digits. Default: `false`.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
    ///
    /// let columns = Columns::new().with_whole_numbers(true);
    /// let mut table = LocalityTable::new();
    /// table.read_csv("from,to,city\n+61130000,+61130009,A\n".as_bytes(), &columns)?;
    /// assert!(table.locate("+61130005".parse()?)?.is_some());
    /// assert!(table.locate("+611300050000".parse()?)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn with_whole_numbers(mut self, has_whole_numbers: bool) -> Self {
        self.has_whole_numbers = has_whole_numbers;
        self
    }

    /// Restricts reading to the rows with `value` in `column`, ignoring case. The file must contain the
    /// column.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityTable};
    ///
    /// let columns = Columns::new().with_filter("Use", "AS");
    /// let file = "prefix,Use\n+1707555,AS\n+1707556,UA\n";
    /// assert_eq!(LocalityTable::new().read_csv(file.as_bytes(), &columns), Ok(1));
    /// ```
    #[must_use]
    pub fn with_filter(mut self, column: &str, value: &str) -> Self {
        self.filters.push((column.into(), value.into()));
        self
    }

    /// Sets the name of the column of `field`, which the file must contain.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityField, LocalityTable};
    ///
    /// let columns = Columns::new().with_column(LocalityField::City, "town");
    /// assert_eq!(LocalityTable::new().read_csv("prefix,town\n+4930,Berlin\n".as_bytes(), &columns), Ok(1));
    /// let error = LocalityTable::new().read_csv("prefix,city\n+4930,Berlin\n".as_bytes(), &columns).unwrap_err();
    /// assert_eq!(error.to_string(), "table: missing column, expected town");
    /// ```
    #[must_use]
    pub fn with_column(mut self, field: LocalityField, name: &str) -> Self {
        self.names.retain(|(of, _)| *of != field);
        self.names.push((field, name.into()));
        self
    }

    /// Sets the value of `field` for rows that have none.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityField, LocalityLookup, LocalityTable};
    ///
    /// let columns = Columns::new().with_constant(LocalityField::Country, "DE");
    /// let mut table = LocalityTable::new();
    /// table.read_csv("prefix,city\n+4930,Berlin\n".as_bytes(), &columns)?;
    /// assert_eq!(&*table.locate("+493012345".parse()?)?.unwrap().country, "DE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_constant(mut self, field: LocalityField, value: &str) -> Self {
        self.constants.retain(|(of, _)| *of != field);
        self.constants.push((field, value.into()));
        self
    }

    /// Sets the text that precedes the digits of every row, such as `+1`, except digits that have a `+` in
    /// the file.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
    ///
    /// let columns = Columns::new().with_prefix("+49");
    /// let mut table = LocalityTable::new();
    /// table.read_csv("prefix,city\n30,Berlin\n+4144,Zurich\n".as_bytes(), &columns)?;
    /// assert_eq!(&*table.locate("+493012345".parse()?)?.unwrap().locality, "Berlin");
    /// assert_eq!(&*table.locate("+41446681800".parse()?)?.unwrap().locality, "Zurich");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the text that precedes digits that start with `start`, after the removal of the [trunk
    /// prefix](Self::with_trunk_prefix), instead of the text of [`with_prefix`](Self::with_prefix). The
    /// longest matching `start` applies. Both ends of a range must have the same one.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
    ///
    /// let columns = Columns::new().with_prefix("+33").with_prefix_for("262", "+262");
    /// let mut table = LocalityTable::new();
    /// table.read_csv("prefix,city\n1,Paris\n262,Saint-Denis\n".as_bytes(), &columns)?;
    /// assert_eq!(&*table.locate("+262262123456".parse()?)?.unwrap().locality, "Saint-Denis");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_prefix_for(mut self, start: &str, prefix: &str) -> Self {
        self.prefixes.retain(|(of, _)| **of != *start);
        self.prefixes.push((start.into(), prefix.into()));
        self
    }

    /// Sets the national trunk prefix, which is removed from the digits of a row if they start with it.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
    ///
    /// let columns = Columns::new().with_prefix("+49").with_trunk_prefix("0");
    /// let mut table = LocalityTable::new();
    /// table.read_csv("prefix,city\n030,Berlin\n".as_bytes(), &columns)?;
    /// assert_eq!(&*table.locate("+493012345".parse()?)?.unwrap().locality, "Berlin");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_trunk_prefix(mut self, prefix: &str) -> Self {
        self.trunk_prefix = Some(prefix.into());
        self
    }

    /// Sets the character between cells. Default: a comma.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityTable};
    ///
    /// let columns = Columns::new().with_delimiter(b';');
    /// assert_eq!(LocalityTable::new().read_csv("prefix;city\n+4930;Berlin\n".as_bytes(), &columns), Ok(1));
    /// ```
    #[must_use]
    pub const fn with_delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// Sets the encoding. Default: UTF-8.
    ///
    /// ```
    /// use telnum::locality::{Columns, Encoding, LocalityLookup, LocalityTable};
    ///
    /// let columns = Columns::new().with_encoding(Encoding::Latin1);
    /// let mut table = LocalityTable::new();
    /// table.read_csv(&b"prefix,city\n+4989,M\xFCnchen\n"[..], &columns)?;
    /// assert_eq!(&*table.locate("+498912345".parse()?)?.unwrap().locality, "München");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Returns the text that precedes `digits`, from which the trunk prefix was removed.
    pub(super) fn prefix_of(&self, digits: &str) -> &str {
        let starts = self.prefixes.iter().filter(|(start, _)| digits.starts_with(&**start));
        starts.max_by_key(|(start, _)| start.len()).map_or(&self.prefix, |(_, prefix)| prefix)
    }

    /// Returns the name of a field's column, and whether it was configured and is therefore required.
    pub(super) fn name(&self, field: LocalityField) -> (Box<str>, bool) {
        match self.names.iter().find(|(of, _)| *of == field) {
            Some((_, name)) => (name.clone(), true),
            None => (field.as_str().into(), false),
        }
    }

    /// Returns the keys that the header may contain, in order of precedence.
    pub(super) fn keys(&self) -> Vec<Key> {
        if let Some(key) = &self.key {
            return vec![key.clone()];
        }
        let prefix = |names: &[&str]| Key::Prefix(names.iter().copied().map(Box::from).collect());
        let range = Key::Range(["from", "to"].map(Box::from).to_vec());
        vec![prefix(&["prefix"]), prefix(&["npa", "nxx", "x"]), prefix(&["npa", "nxx"]), range]
    }
}

impl Default for Columns {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Prefix(names) | Self::Range(names)) = self;
        f.write_str(&names.join(" and "))
    }
}
