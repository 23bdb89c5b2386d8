//! TLS to PostgreSQL: what each `sslmode` accepts of a server with a certificate that we made.

use std::{fs, path::Path, process::Command};

use underpin::{
    db::{Db, DbConfig, sql},
    testing::Cluster,
};

/// An authority and a certificate of it for `localhost`; `None` without openssl.
fn certificates(directory: &Path) -> Option<()> {
    let steps = [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=authority",
        "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 \
         -extfile names",
        "req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.crt -days 2 -subj /CN=other",
    ];
    fs::write(directory.join("names"), "subjectAltName = DNS:localhost\n").unwrap();
    for step in steps {
        let openssl = Command::new("openssl")
            .args(step.split_whitespace())
            .current_dir(directory)
            .output();
        assert!(openssl.ok()?.status.success(), "{step}");
    }
    Some(())
}

fn install(cluster: &Cluster, directory: &Path) {
    cluster.configure("ssl = on\n");
    // The server wants to own its key, and nobody else to read it.
    let data = cluster.data();
    for file in ["server.crt", "server.key"] {
        fs::copy(directory.join(file), data.join(file)).unwrap();
        let like = format!("--reference={}", data.join("PG_VERSION").display());
        for tool in ["chown", "chmod"] {
            let done = Command::new(tool).arg(&like).arg(data.join(file)).status();
            assert!(done.unwrap().success());
        }
    }
    cluster.stop();
    cluster.start();
}

async fn encrypted(cluster: &Cluster, host: &str, query: &str) -> Result<bool, String> {
    let url = format!(
        "postgresql://ann@{host}:{}/postgres?{query}",
        cluster.port()
    );
    let db = Db::connect(DbConfig::new(url.parse().unwrap())).await;
    let db = db.map_err(|error| error.to_string())?;
    let ssl = sql("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    ssl.fetch_one(&db).await.map_err(|error| error.chain())
}

#[tokio::test]
async fn each_sslmode_trusts_what_libpq_would() {
    let directory = tempfile::tempdir().unwrap();
    let Some(cluster) = Cluster::new() else {
        return;
    };
    assert_eq!(
        encrypted(&cluster, "127.0.0.1", "sslmode=prefer").await,
        Ok(false)
    );
    let refused = encrypted(&cluster, "127.0.0.1", "sslmode=require")
        .await
        .unwrap_err();
    assert!(refused.contains("TLS"), "{refused}");
    if certificates(directory.path()).is_none() {
        return;
    }
    install(&cluster, directory.path());
    let root = |name: &str| format!("sslrootcert={}", directory.path().join(name).display());
    let (ours, other) = (root("ca.crt"), root("other.crt"));
    for (host, query, expected) in [
        ("127.0.0.1", "sslmode=disable".to_owned(), Some(false)),
        ("127.0.0.1", "sslmode=prefer".to_owned(), Some(true)),
        ("127.0.0.1", "sslmode=require".to_owned(), Some(true)),
        ("127.0.0.1", format!("sslmode=require&{ours}"), Some(true)),
        ("127.0.0.1", format!("sslmode=require&{other}"), None),
        ("127.0.0.1", format!("sslmode=verify-ca&{ours}"), Some(true)),
        ("127.0.0.1", format!("sslmode=verify-ca&{other}"), None),
        ("127.0.0.1", format!("sslmode=verify-full&{ours}"), None),
        (
            "localhost",
            format!("sslmode=verify-full&{ours}"),
            Some(true),
        ),
        ("localhost", format!("sslmode=verify-full&{other}"), None),
        (
            "localhost",
            format!("sslmode=verify-full&{}", root("missing.crt")),
            None,
        ),
        (
            "localhost",
            format!("sslmode=verify-full&{}", root("names")),
            None,
        ),
    ] {
        let found = encrypted(&cluster, host, &query).await;
        assert_eq!(found.clone().ok(), expected, "{host} {query}: {found:?}");
    }
    let socket = cluster
        .directory()
        .display()
        .to_string()
        .replace('/', "%2F");
    assert_eq!(
        encrypted(&cluster, &socket, "sslmode=require").await,
        Ok(false)
    );
}
