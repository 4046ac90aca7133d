//! The files of port requests.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Documents, PAGE, PortDesk, PortDeskError};
use crate::account::Actor;
use crate::porting::{DocumentKey, FileType, PortDecision, PortRefusal, PortRequest, PortRequestId, Upload};
use crate::store::{PortQuery, StoreExt};

/// A file of a port request, with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadedFile {
    /// The media type, such as `application/pdf`.
    pub media_type: String,
    /// The content.
    pub content: Vec<u8>,
}

impl PortDesk {
    /// The default maximum size of a file in bytes: 8 MiB.
    pub const MAX_FILE_BYTES: usize = 8 << 20;

    /// Sets the storage of files. By default there is none, and files are refused.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::NewPortRequest;
    /// use telnum::porting::desk::{MemoryDocuments, PortDesk};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let desk = PortDesk::new(inventory).with_documents(MemoryDocuments::default()).with_max_file_bytes(1 << 20);
    /// # let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// # let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// # desk.create(new, shop.into())?;
    /// desk.upload("p1".parse()?, "bill", b"%PDF-1.7 ..", shop.into())?;
    /// let file = desk.download("p1".parse()?, "bill.pdf", shop.into())?;
    /// assert_eq!((&*file.media_type, &*file.content), ("application/pdf", &b"%PDF-1.7 .."[..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[doc(alias = "attachments")]
    pub fn with_documents(self, documents: impl Documents + 'static) -> Self {
        Self { documents: Some(Arc::new(documents)), ..self }
    }

    /// Sets the maximum size of a file in bytes. Default: [`MAX_FILE_BYTES`](Self::MAX_FILE_BYTES).
    #[must_use]
    pub fn with_max_file_bytes(self, max_file_bytes: usize) -> Self {
        Self { max_file_bytes, ..self }
    }

    /// Returns the maximum size of a file in bytes.
    #[cfg(feature = "http")]
    pub(crate) const fn max_file_bytes(&self) -> usize {
        self.max_file_bytes
    }

    /// Stores a file of the request with `id`, and replaces the file with the same name. The content
    /// determines the [type](FileType); the name is completed by [`PortRequest::upload`]. Nothing is stored if
    /// the file is refused.
    ///
    /// See the example of [`with_documents`](Self::with_documents).
    ///
    /// The new file is stored before the request refers to it, and the replaced one is removed after that. A
    /// crash or a failure in between leaves a file that no request refers to, which
    /// [`sweep_files`](Self::sweep_files) removes.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](PortDeskError::NotFound) if there is no such request.
    /// - [`Refused`](PortDeskError::Refused) with the refusal of [`PortRequest::upload`].
    /// - [`FileTooLarge`](PortDeskError::FileTooLarge) if the file exceeds the limit.
    /// - [`UnknownFileType`](PortDeskError::UnknownFileType) if the content has no known type.
    /// - [`NoDocuments`](PortDeskError::NoDocuments) if the desk has no storage of files.
    /// - [`Documents`](PortDeskError::Documents) if the storage of files fails.
    /// - [`Conflict`](PortDeskError::Conflict) if other changes conflicted at every attempt.
    /// - [`Store`](PortDeskError::Store) if the store fails.
    pub fn upload(
        &self,
        id: PortRequestId,
        name: &str,
        content: &[u8],
        actor: Actor,
    ) -> Result<PortRequest, PortDeskError> {
        let (bytes, max) = (content.len(), self.max_file_bytes);
        if bytes > max {
            return Err(PortDeskError::FileTooLarge { bytes, max });
        }
        let file_type = FileType::of_content(content).ok_or(PortDeskError::UnknownFileType)?;
        let documents = self.documents()?;
        let key = DocumentKey::of_text(&format!("{id}/{}", self.inventory.new_key()));
        let upload = Upload::of_file(file_type, bytes, key);
        // A refused file is not stored.
        self.stored(id)?.upload(name, upload.clone(), &self.context(actor))?;
        documents.put(key, content)?;
        let replaced = Cell::new(None);
        let changed = self.change(id, actor, |request, ctx| {
            let decision = request.upload(name, upload.clone(), ctx)?;
            replaced.set(lost_file(request, &decision));
            Ok(decision)
        });
        match &changed {
            Ok(_) => self.remove_files(replaced.take()),
            // The change may have been stored.
            Err(PortDeskError::Store(_)) => {}
            Err(_) => self.remove_files([key]),
        }
        changed
    }

    /// Returns the file `name` of the request with `id`.
    ///
    /// See the example of [`with_documents`](Self::with_documents).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](PortDeskError::NotFound) if there is no such request.
    /// - [`Refused`](PortDeskError::Refused) if `actor` has no access to it, or if it has no such file.
    /// - [`NoDocuments`](PortDeskError::NoDocuments) if the desk has no storage of files.
    /// - [`Documents`](PortDeskError::Documents) if the storage of files fails.
    /// - [`Store`](PortDeskError::Store) if the store fails.
    pub fn download(
        &self,
        id: PortRequestId,
        name: &str,
        actor: Actor,
    ) -> Result<UploadedFile, PortDeskError> {
        let absent = || PortRefusal::NoSuchFile(name.to_owned());
        // A file that is replaced in the meantime is looked up again.
        for _ in self.retry.attempts() {
            let request = self.get(id, actor)?;
            let upload = request.uploads().find(|(known, _)| *known == name).map(|(_, upload)| upload);
            let upload = upload.ok_or_else(absent)?;
            let Some(key) = upload.file() else { break };
            if let Some(content) = self.documents()?.get(key)? {
                return Ok(UploadedFile {
                    media_type: upload.content_type.clone().unwrap_or_default(),
                    content,
                });
            }
        }
        Err(absent().into())
    }

    /// Removes the file `name` of the request with `id`. A failure to remove its content leaves a file that no
    /// request refers to.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{NewPortRequest, desk::{MemoryDocuments, PortDesk}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// # let desk = PortDesk::new(inventory).with_documents(MemoryDocuments::default());
    /// # let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// # let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// # desk.create(new, shop.into())?;
    /// desk.upload("p1".parse()?, "bill.pdf", b"%PDF-1.7 ..", shop.into())?;
    /// let request = desk.remove_upload("p1".parse()?, "bill.pdf", shop.into())?;
    /// assert_eq!(request.uploads().count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`change`](Self::change), with the refusal of [`PortRequest::remove_upload`].
    pub fn remove_upload(
        &self,
        id: PortRequestId,
        name: &str,
        actor: Actor,
    ) -> Result<PortRequest, PortDeskError> {
        let removed = Cell::new(None);
        let changed = self.change(id, actor, |request, ctx| {
            let decision = request.remove_upload(name, ctx)?;
            removed.set(lost_file(request, &decision));
            Ok(decision)
        })?;
        self.remove_files(removed.take());
        Ok(changed)
    }

    /// Returns the keys of the files that were stored at least `min_age` ago and that no request refers to, in
    /// ascending order. A crash or a failure during an upload or a removal leaves such files.
    ///
    /// `min_age` must be longer than an upload can take, since a file is stored before its request refers to it.
    ///
    /// # Errors
    ///
    /// - [`Documents`](PortDeskError::Documents) if the storage of files fails.
    /// - [`Store`](PortDeskError::Store) if the store fails.
    pub fn unreferenced_files(&self, min_age: Duration) -> Result<Vec<DocumentKey>, PortDeskError> {
        // A request refers to new files only, so that a file without a request never gets one.
        let mut keys = match &self.documents {
            Some(documents) => documents.keys(min_age)?,
            None => Vec::new(),
        };
        keys.sort_unstable();
        let mut after = None;
        while !keys.is_empty() {
            let page = self.store().scan_port_requests(&PortQuery::default(), after, PAGE)?;
            let referenced: HashSet<_> = page.items.iter().flat_map(|request| files(request)).collect();
            keys.retain(|key| !referenced.contains(key));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(keys)
    }

    /// Removes the [unreferenced files](Self::unreferenced_files) and returns their keys. Of the callers that share
    /// a store, one at a time sweeps: it holds a [lease](crate::store::Store::take_lease), and for any other caller the result is
    /// empty. After the [deadline](Self::with_deadline) it removes no further file. The storage must be used with this
    /// store only.
    ///
    /// ```
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// use std::{sync::Arc, time::Duration};
    /// use telnum::porting::desk::{Documents, MemoryDocuments, PortDesk};
    ///
    /// let files = Arc::new(MemoryDocuments::default());
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let desk = PortDesk::new(inventory).with_documents(Arc::clone(&files));
    /// // A process has crashed in an upload.
    /// let key = "0d70b724cae20c2cb3da92d1a62a4ad2".parse()?;
    /// files.put(key, b"%PDF-1.7 ..")?;
    /// assert_eq!(desk.sweep_files(Duration::from_secs(86_400))?, []);
    /// assert_eq!(desk.sweep_files(Duration::ZERO)?, [key]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`unreferenced_files`](Self::unreferenced_files), and
    /// [`Documents`](PortDeskError::Documents) if a file cannot be removed. Files removed up to that point stay
    /// removed.
    pub fn sweep_files(&self, min_age: Duration) -> Result<Vec<DocumentKey>, PortDeskError> {
        let Some(documents) = &self.documents else { return Ok(Vec::new()) };
        let Some(mut lease) = self.store().lease("port_files", self.inventory.lease_time())? else {
            return Ok(Vec::new());
        };
        let mut removed = Vec::new();
        for key in self.unreferenced_files(min_age)? {
            if self.is_late() || !lease.renew()? {
                break;
            }
            documents.remove(key)?;
            removed.push(key);
        }
        Ok(removed)
    }

    /// Removes files that no request refers to any more. A file that cannot be removed is left.
    pub(super) fn remove_files(&self, keys: impl IntoIterator<Item = DocumentKey>) {
        if let Some(documents) = &self.documents {
            keys.into_iter().for_each(|key| drop(documents.remove(key)));
        }
    }

    fn documents(&self) -> Result<&dyn Documents, PortDeskError> {
        self.documents.as_deref().ok_or(PortDeskError::NoDocuments)
    }
}

/// Returns the keys of the files of a request.
pub(super) fn files(request: &PortRequest) -> impl Iterator<Item = DocumentKey> {
    request.uploads().filter_map(|(_, upload)| upload.file())
}

/// Returns the key of the file that `before` has, and the request after `decision` has not.
fn lost_file(before: &PortRequest, decision: &PortDecision) -> Option<DocumentKey> {
    files(before).find(|key| files(&decision.request).all(|kept| kept != *key))
}
