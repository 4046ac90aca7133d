//! The documents of port requests: of a request, of its comments, of its timeline, and of lists.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::account::AccountId;
use crate::porting::{self, Comment, PortRequest, TimelineEntry, TransitionEntry, Upload};

/// The key of a document with the fields that only the service sets.
const READ_ONLY: &str = "_read_only";

/// Returns the document of a request as the actor sees it.
pub(in crate::http::kazoo) fn document(request: &PortRequest) -> Map<String, Value> {
    let Value::Object(mut document) = json!(request) else { return Map::new() };
    // The timeline has the transitions.
    document.shift_remove("transitions");
    let comments: Vec<_> = request.comments().iter().map(comment).collect();
    if comments.is_empty() {
        document.shift_remove("comments");
    } else {
        document.insert("comments".to_owned(), comments.into());
    }
    document.insert("sent".to_owned(), request.sent().unwrap_or(false).into());
    document.insert("uploads".to_owned(), uploads(request));
    let parties = request.parties();
    let authority = parties.port_authority.as_ref();
    let named = [
        ("account_id", Some(parties.account.id.as_str())),
        ("account_name", parties.account.name.as_deref()),
        ("port_authority", authority.map(|authority| authority.id.as_str())),
        ("port_authority_name", authority.and_then(|authority| authority.name.as_deref())),
    ];
    let named = named.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into())));
    document.insert(READ_ONLY.to_owned(), Value::Object(named.collect()));
    document
}

/// Removes the fields that only the service sets from a document that a client sends, if they have the values of
/// the document of `request`.
pub(in crate::http::kazoo) fn remove_shown(given: &mut Map<String, Value>, request: &PortRequest) {
    let shown = document(request);
    given.retain(|name, value| {
        !(porting::READ_ONLY.contains(&name.as_str()) && shown.get(name) == Some(value))
    });
}

/// Returns the files of a request: the media type and the length of each, by name.
pub(in crate::http::kazoo) fn uploads(request: &PortRequest) -> Value {
    let upload = |(name, upload): (&str, &Upload)| {
        let content_type = upload.content_type.as_deref();
        (name.to_owned(), json!({"content_type": content_type, "length": upload.length}))
    };
    Value::Object(request.uploads().map(upload).collect())
}

/// Returns the document of a comment. Whether it is private is shown under both names that Kazoo has had for it.
pub(in crate::http::kazoo) fn comment(comment: &Comment) -> Value {
    let is_private = comment.superduper_comment.unwrap_or(false);
    let mut document = json!(comment);
    if let Some(fields) = document.as_object_mut() {
        fields.insert("superduper_comment".to_owned(), is_private.into());
        fields.insert("is_private".to_owned(), is_private.into());
    }
    document
}

/// Returns the document of an entry of the timeline.
pub(in crate::http::kazoo) fn timeline_entry(entry: &TimelineEntry<'_>) -> Value {
    match entry {
        TimelineEntry::Transition(entry) => transition(entry),
        TimelineEntry::Comment(entry) => comment(entry),
    }
}

/// Returns the document of a transition, with its states in an object.
pub(in crate::http::kazoo) fn transition(entry: &TransitionEntry) -> Value {
    let mut document = json!(entry);
    if let Some(fields) = document.as_object_mut() {
        let states = ["new", "previous"];
        let states = states.into_iter().filter_map(|name| fields.shift_remove_entry(name));
        let states: Map<_, _> = states.collect();
        fields.insert("transition".to_owned(), states.into());
    }
    document
}

/// Returns the requests of a list, by account: `[{account_id, account_name, port_requests}]`.
pub(in crate::http::kazoo) fn by_account<'a>(requests: impl Iterator<Item = &'a PortRequest>) -> Value {
    let mut accounts: IndexMap<_, (Option<&str>, Vec<Value>)> = IndexMap::new();
    for request in requests {
        let account = &request.parties().account;
        let (_, documents) = accounts.entry(account.id).or_insert((account.name.as_deref(), Vec::new()));
        documents.push(listed(request));
    }
    let entry = |(id, (name, documents)): (AccountId, (Option<&str>, Vec<Value>))| {
        let mut entry = Map::from_iter([("account_id".to_owned(), json!(id))]);
        entry.extend(name.map(|name| ("account_name".to_owned(), name.into())));
        entry.insert("port_requests".to_owned(), documents.into());
        Value::Object(entry)
    };
    accounts.into_iter().map(entry).collect()
}

/// Returns the document of a request in a list, which also has the account at the top.
pub(in crate::http::kazoo) fn listed(request: &PortRequest) -> Value {
    let mut document = document(request);
    document.insert("account_id".to_owned(), json!(request.account()));
    document.into()
}
