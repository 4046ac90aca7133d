//! The kernels of `telnum::columns::arrow` as functions of SQL.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature,
    Volatility,
};
use telnum::Prefix;
use telnum::columns::arrow::{self, PackedNumber, Regions};
use telnum::plan::Region;

/// Returns all functions.
pub fn all() -> impl Iterator<Item = ScalarUDF> {
    Kernel::ALL.into_iter().map(|kernel| PhoneFunction::new(kernel).into())
}

/// A kernel over a column of numbers. Its name in SQL is documented in README.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kernel {
    Parse,
    Error,
    E164,
    National,
    International,
    Region,
    Type,
    IsValid,
    Place,
    TimeZone,
    /// The least packed number with a prefix.
    First,
    /// The greatest packed number with a prefix.
    Last,
}

impl Kernel {
    const ALL: [Self; 12] = [
        Self::Parse,
        Self::Error,
        Self::E164,
        Self::National,
        Self::International,
        Self::Region,
        Self::Type,
        Self::IsValid,
        Self::Place,
        Self::TimeZone,
        Self::First,
        Self::Last,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Parse => "phone_parse",
            Self::Error => "phone_error",
            Self::E164 => "phone_e164",
            Self::National => "phone_national",
            Self::International => "phone_international",
            Self::Region => "phone_region",
            Self::Type => "phone_type",
            Self::IsValid => "phone_is_valid",
            Self::Place => "phone_place",
            Self::TimeZone => "phone_time_zone",
            Self::First => "phone_first",
            Self::Last => "phone_last",
        }
    }

    const fn result(self) -> DataType {
        match self {
            Self::Parse | Self::First | Self::Last => DataType::UInt64,
            Self::IsValid => DataType::Boolean,
            _ => DataType::Utf8,
        }
    }

    /// Applies the kernel. `regions` are those of the texts in `column`.
    fn apply(self, column: &dyn Array, regions: Regions<'_>) -> Result<ArrayRef> {
        Ok(match self {
            Self::Parse => Arc::new(arrow::parse(column, regions)?),
            Self::Error => Arc::new(arrow::errors(column, regions)?),
            Self::E164 => Arc::new(arrow::e164(column, regions)?),
            Self::National => Arc::new(arrow::national(column, regions)?),
            Self::International => Arc::new(arrow::international(column, regions)?),
            Self::Region => Arc::new(arrow::region(column, regions)?),
            Self::Type => Arc::new(arrow::number_type(column, regions)?),
            Self::IsValid => Arc::new(arrow::is_valid(column, regions)?),
            Self::Place => Arc::new(arrow::place(column, regions)?),
            Self::TimeZone => Arc::new(arrow::time_zone(column, regions)?),
            Self::First | Self::Last => return exec_err!("{}: expected a constant prefix", self.name()),
        })
    }
}

/// A kernel as a function of SQL, with one argument or, if texts have a region, two.
#[derive(Debug, PartialEq, Eq, Hash)]
struct PhoneFunction {
    kernel: Kernel,
    signature: Signature,
}

impl PhoneFunction {
    fn new(kernel: Kernel) -> Self {
        // The kernels take every type of texts, bytes and packed numbers, so that nothing is cast.
        let arguments = match kernel {
            Kernel::First | Kernel::Last => TypeSignature::Any(1),
            _ => TypeSignature::OneOf(vec![TypeSignature::Any(1), TypeSignature::Any(2)]),
        };
        Self { kernel, signature: Signature::new(arguments, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for PhoneFunction {
    fn name(&self) -> &str {
        self.kernel.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.kernel.result())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::new(match self.kernel {
            Kernel::Parse => PackedNumber::field(self.name()),
            kernel => Field::new(self.name(), kernel.result(), true),
        }))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some((column, region)) = arguments.args.split_first() else {
            return exec_err!("{}: expected an argument", self.name());
        };
        if column.data_type() == DataType::Null {
            return ScalarValue::try_from(self.kernel.result()).map(ColumnarValue::Scalar);
        }
        if let (Kernel::First | Kernel::Last, ColumnarValue::Scalar(prefix)) = (self.kernel, column) {
            let bound =
                constant_text(prefix, "prefix")?.map(|prefix| bound(prefix, self.kernel)).transpose()?;
            return Ok(ColumnarValue::Scalar(ScalarValue::UInt64(bound)));
        }
        let column = column.to_array(arguments.number_rows)?;
        let regions = match region.first() {
            None => Regions::Scalar(None),
            Some(ColumnarValue::Scalar(code)) => Regions::Scalar(constant_region(code)?),
            Some(ColumnarValue::Array(codes)) => Regions::from(codes),
        };
        self.kernel.apply(&column, regions).map(ColumnarValue::Array)
    }
}

/// Returns the text of a constant; `None` for NULL.
fn constant_text<'a>(constant: &'a ScalarValue, name: &str) -> Result<Option<&'a str>> {
    match constant.try_as_str() {
        Some(text) => Ok(text),
        None if constant.is_null() => Ok(None),
        None => exec_err!("{name}: expected a text, found {}", constant.data_type()),
    }
}

/// Returns the region with a constant code; `None` for NULL.
fn constant_region(code: &ScalarValue) -> Result<Option<Region>> {
    let code = constant_text(code, "region")?;
    code.map(|code| code.parse().map_err(|error| exec_datafusion_err!("region: {error}"))).transpose()
}

/// Returns the least or the greatest packed number with a prefix.
fn bound(prefix: &str, kernel: Kernel) -> Result<u64> {
    let prefix: Prefix = prefix.parse().map_err(|error| exec_datafusion_err!("prefix: {error}"))?;
    let range = prefix.bits_range();
    Ok(if kernel == Kernel::First { *range.start() } else { *range.end() })
}
