//! The lists and library documents in a configuration. A field that the library would keep or ignore, because it
//! does not know it, is refused.

use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use telnum::account::AccountTree;
use telnum::classify::Classifiers;
use telnum::feature::e911::E911Address;
use telnum::locality::LocalityTable;
use telnum::normalize::Converters;
use telnum::record::RateCenter;

use super::config::LocalityFile;

/// The accounts, as a file of their own.
#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Accounts(#[serde(deserialize_with = "accounts")] pub(crate) AccountTree);

/// Deserializes accounts, whose dial plans have no unknown fields.
pub(crate) fn accounts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountTree, D::Error> {
    let accounts = AccountTree::deserialize(deserializer)?;
    for account in accounts.iter() {
        // The dial plan is a part only of the document.
        let mut document = serde_json::to_value(account).map_err(de::Error::custom)?;
        let plan = document.get_mut("dial_plan").map(Value::take).unwrap_or_default();
        let plan: Option<Converters> = serde_json::from_value(plan).map_err(de::Error::custom)?;
        plan.iter()
            .try_for_each(check)
            .map_err(|problem| de::Error::custom(format_args!("dial plan of {}: {problem}", account.id)))?;
    }
    Ok(accounts)
}

/// Deserializes classifiers whose rules have no unknown fields.
pub(crate) fn classifiers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Classifiers, D::Error> {
    let classifiers = Classifiers::deserialize(deserializer)?;
    for rule in classifiers.rules() {
        if let Some(field) = rule.extra().keys().next() {
            let known = "`regex`, `friendly_name`, `pretty_print` or `emergency`";
            return Err(de::Error::custom(format_args!(
                "`{}`: unknown field `{field}`, expected {known}",
                rule.name()
            )));
        }
    }
    Ok(classifiers)
}

/// Deserializes converters without unknown fields.
pub(crate) fn converters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Converters, D::Error> {
    let converters = Converters::deserialize(deserializer)?;
    check(&converters).map_err(de::Error::custom)?;
    Ok(converters)
}

/// Deserializes a dial plan without unknown fields, if there is one.
pub(crate) fn dial_plan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Converters>, D::Error> {
    let plan = Option::<Converters>::deserialize(deserializer)?;
    plan.iter().try_for_each(check).map_err(de::Error::custom)?;
    Ok(plan)
}

fn check(converters: &Converters) -> Result<(), String> {
    for converter in converters {
        if let Some(field) = converter.extra().keys().find(|field| *field != "description") {
            let known = "`prefix`, `suffix` or `description`";
            return Err(format!("`{}`: unknown field `{field}`, expected {known}", converter.pattern()));
        }
    }
    Ok(())
}

/// Deserializes a rate centre, if there is one.
pub(crate) fn rate_center<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<RateCenter>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        #[serde(default)]
        lata: Box<str>,
        name: Box<str>,
        #[serde(default)]
        state: Box<str>,
    }
    let center = Option::<Strict>::deserialize(deserializer)?;
    Ok(center.map(|Strict { lata, name, state }| RateCenter { lata, name, state }))
}

/// Deserializes addresses without unknown fields.
pub(crate) fn addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<E911Address>, D::Error> {
    struct Strict(E911Address);

    impl<'de> Deserialize<'de> for Strict {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let address = E911Address::deserialize(deserializer)?;
            let fields = address.fields();
            let street = fields.legacy_data.as_ref().and_then(|street| street.extra.keys().next());
            match (fields.extra.keys().next(), street) {
                (Some(field), _) => Err(de::Error::custom(format_args!("unknown field `{field}`"))),
                (None, Some(field)) => {
                    Err(de::Error::custom(format_args!("unknown field `legacy_data.{field}`")))
                }
                (None, None) => Ok(Self(address)),
            }
        }
    }
    let addresses = Vec::<Strict>::deserialize(deserializer)?;
    Ok(addresses.into_iter().map(|Strict(address)| address).collect())
}

/// Deserializes tables of localities. The lines of a table are read, a file is not.
pub(crate) fn localities<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LocalityFile>, D::Error> {
    struct Strict(LocalityFile);

    impl<'de> Deserialize<'de> for Strict {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let table = LocalityFile::deserialize(deserializer)?;
            let columns = table.columns().map_err(de::Error::custom)?;
            if table.file.is_some() != table.lines.is_empty() {
                return Err(de::Error::custom("expected either `file` or `lines`"));
            }
            if table.file.is_none() {
                LocalityTable::new()
                    .read_csv(table.lines.join("\n").as_bytes(), &columns)
                    .map_err(|error| de::Error::custom(format_args!("`lines`: {error}")))?;
            }
            Ok(Self(table))
        }
    }
    let tables = Vec::<Strict>::deserialize(deserializer)?;
    Ok(tables.into_iter().map(|Strict(table)| table).collect())
}
