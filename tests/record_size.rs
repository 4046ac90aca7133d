//! The memory of a record: less than 400 bytes without custom fields.

use allocation_counter::measure;
use telnum::record::NumberRecord;

#[test]
fn a_record_takes_less_than_400_bytes() {
    let text = include_str!("data/domain/used.json");
    let (mut read, mut copied) = (None, None);
    let info = measure(|| read = Some(serde_json::from_str::<NumberRecord>(text).unwrap()));
    let record = read.unwrap();
    assert_eq!((record.history().len(), record.used_by()), (2, Some("callflow")));
    assert!(record.owner().is_some() && record.previous_owner().is_some());

    let kept = |bytes: i64| size_of::<NumberRecord>() + usize::try_from(bytes).unwrap();
    // The sum of two accounts of 36 bytes and the name of the application.
    assert_eq!(info.bytes_current, 2 * 36 + 8);
    assert!(kept(info.bytes_current) < 400, "{} bytes", kept(info.bytes_current));

    let info = measure(|| copied = Some(record.clone()));
    assert_eq!((copied.as_ref(), info.bytes_current), (Some(&record), 2 * 36 + 8));
}
