//! TLS to PostgreSQL: `sslmode` and `sslrootcert` as libpq means them.

use std::{fs, path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    StartError,
    db::{PostgresUrl, TlsMode},
};

/// Where systems keep the authorities that they trust.
const SYSTEM_BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// How much is believed of what the server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// Anything: the wire is encrypted, the other end unknown.
    Anyone,
    /// What a trusted authority signed, for whatever host.
    Authority,
    /// What a trusted authority signed for this host.
    Host,
}

/// The connector for `url`. The file of authorities is read now, so that its faults stop the start.
pub(super) fn connector(url: &PostgresUrl) -> Result<MakeRustlsConnect, StartError> {
    let provider = Arc::new(ring::default_provider());
    let trust = match (url.tls, &url.root_certificate) {
        (TlsMode::VerifyFull, _) => Trust::Host,
        // libpq: `require` with a root certificate behaves as `verify-ca`.
        (TlsMode::VerifyCa, _) | (TlsMode::Require, Some(_)) => Trust::Authority,
        _ => Trust::Anyone,
    };
    let chain = match &url.root_certificate {
        Some(path) if trust != Trust::Anyone => Some(verifier(path, &provider)?),
        _ => None,
    };
    let verifier = Arc::new(Verifier {
        trust,
        chain,
        provider: Arc::clone(&provider),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| complaint("sslmode", &error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn verifier(
    path: &str,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, StartError> {
    let file = if path == "system" {
        let found = SYSTEM_BUNDLES
            .into_iter()
            .find(|path| Path::new(path).exists());
        found.ok_or_else(|| complaint(path, "no bundle of authorities was found"))?
    } else {
        path
    };
    let pem = fs::read(file).map_err(|error| complaint(file, &error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| complaint(file, &error.to_string()))?;
        roots.add_parsable_certificates([certificate]);
    }
    if roots.is_empty() {
        return Err(complaint(file, "it holds no certificate in PEM form"));
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| complaint(file, &error.to_string()))
}

fn complaint(subject: &str, problem: &str) -> StartError {
    StartError::new(
        format!("sslrootcert {subject}"),
        format!("cannot be used: {problem}"),
        "Name a PEM file with the certificates of the authorities to trust, or `system`.",
    )
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    chain: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return match self.trust {
                Trust::Anyone => Ok(ServerCertVerified::assertion()),
                Trust::Authority | Trust::Host => Err(CertificateError::UnknownIssuer.into()),
            };
        };
        let verified =
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // The name is the last thing to be looked at: the chain was found to be good.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.trust == Trust::Authority => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
