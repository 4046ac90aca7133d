//! TLS for connections, by rustls.

use std::error::Error;
use std::future::{Ready, ready};
use std::io;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use super::socket::{Blocking, Socket};

/// The settings of TLS sessions, which always verify the certificate and the host name.
pub(super) struct Tls(Arc<ClientConfig>);

/// A TLS session with one host that is not established yet.
pub(super) struct TlsSession {
    config: Arc<ClientConfig>,
    /// The host name to verify; `None` on a Unix socket.
    name: Option<ServerName<'static>>,
}

/// A stream in a TLS session.
pub(super) type Encrypted = Blocking<StreamOwned<ClientConnection, Socket>>;

impl Tls {
    /// Creates the settings of the sessions, which trust `roots` and the certificate authorities that Mozilla
    /// trusts.
    pub(super) fn new(roots: &[CertificateDer<'static>]) -> Result<Self, rustls::Error> {
        let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for root in roots {
            store.add(root.clone())?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    /// Returns a session with the host `name`.
    pub(super) fn session(&self, name: Option<&str>) -> Result<TlsSession, InvalidDnsNameError> {
        let name = name.map(|name| ServerName::try_from(name.to_owned())).transpose()?;
        Ok(TlsSession { config: Arc::clone(&self.0), name })
    }
}

/// Returns whether a connection failed because the server's certificate was refused.
pub(super) fn is_untrusted(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // The source of an I/O error is that of the error in it.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let error = inner.map_or(error, |inner| inner as &(dyn Error + 'static));
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        cause = error.source();
    }
    false
}

impl TlsConnect<Blocking<Socket>> for TlsSession {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Ready<io::Result<Encrypted>>;

    fn connect(self, Blocking(mut socket): Blocking<Socket>) -> Self::Future {
        let connect = || {
            let name = self.name.ok_or_else(|| io::Error::other("TLS needs the name of the host"))?;
            let mut session = ClientConnection::new(self.config, name).map_err(io::Error::other)?;
            session.complete_io(&mut socket)?;
            Ok(Blocking(StreamOwned::new(session, socket)))
        };
        ready(connect())
    }
}

impl TlsStream for Encrypted {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}
