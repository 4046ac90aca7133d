//! The files of port requests.

use std::cell::Cell;
use std::sync::Arc;

use super::{Documents, PortDesk, PortDeskError};
use crate::account::Actor;
use crate::porting::{DocumentKey, FileType, PortDecision, PortRefusal, PortRequest, PortRequestId, Upload};

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
    /// crash or a failure in between leaves a file that no request refers to.
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
