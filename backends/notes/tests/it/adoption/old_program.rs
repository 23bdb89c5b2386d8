//! The old program's statements, as SQLAlchemy writes them: columns with database defaults are not named.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio_postgres::{Client, Column, types::Type};

/// ParchMark on PostgreSQL.
pub struct OldProgram<'a>(&'a Client);

impl<'a> OldProgram<'a> {
    pub fn on(session: &'a Client) -> Self {
        Self(session)
    }

    /// As at the first login of an OIDC user; gives the id.
    pub async fn insert_user(&self, username: &str, email: &str) -> i32 {
        let insert = "INSERT INTO users (username, password_hash, email, oidc_sub, auth_provider) \
             VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR) \
             RETURNING users.id, users.created_at";
        let subject = format!("subject of {username}");
        let no_hash = None::<&str>;
        let row = self
            .0
            .query_one(insert, &[&username, &no_hash, &email, &subject, &"oidc"])
            .await
            .unwrap();
        let _: DateTime<Utc> = row.get(1);
        row.get(0)
    }

    /// Gives both instants as the API writes them.
    pub async fn insert_note(&self, id: &str, user_id: i32, title: &str) -> String {
        let insert = "INSERT INTO notes (id, user_id, title, content) \
             VALUES ($1::VARCHAR, $2::INTEGER, $3::VARCHAR, $4::VARCHAR) \
             RETURNING notes.created_at, notes.updated_at";
        let content = format!("# {title}\n\n");
        let row = self
            .0
            .query_one(insert, &[&id, &user_id, &title, &content])
            .await
            .unwrap();
        let (created, updated): (DateTime<Utc>, DateTime<Utc>) = (row.get(0), row.get(1));
        assert_eq!(created, updated);
        iso(created)
    }

    /// Gives the instant of the change as the API writes it.
    pub async fn update_note(&self, id: &str, title: &str) -> String {
        let update = "UPDATE notes SET title=$1::VARCHAR, updated_at=now() \
             WHERE notes.id = $2::VARCHAR RETURNING notes.updated_at";
        let row = self.0.query_one(update, &[&title, &id]).await.unwrap();
        iso(row.get(0))
    }

    pub async fn delete_note(&self, id: &str) {
        let delete = "DELETE FROM notes WHERE notes.id = $1::VARCHAR";
        assert_eq!(self.0.execute(delete, &[&id]).await.unwrap(), 1);
    }

    /// The notes of a user as the API would show them, of columns with the types of contract section 11.1.
    pub async fn notes_of(&self, user_id: i32) -> Vec<Value> {
        let select = "SELECT notes.id, notes.user_id, notes.title, notes.content, \
             notes.created_at, notes.updated_at FROM notes WHERE notes.user_id = $1::INTEGER";
        let statement = self.0.prepare(select).await.unwrap();
        let types: Vec<_> = statement.columns().iter().map(Column::type_).collect();
        assert_eq!(
            types,
            [
                &Type::VARCHAR,
                &Type::INT4,
                &Type::VARCHAR,
                &Type::TEXT,
                &Type::TIMESTAMPTZ,
                &Type::TIMESTAMPTZ
            ]
        );
        let rows = self.0.query(&statement, &[&user_id]).await.unwrap();
        let note = |row: &tokio_postgres::Row| {
            let (id, title, content): (&str, &str, &str) = (row.get(0), row.get(2), row.get(3));
            json!({ "id": id, "title": title, "content": content,
                "createdAt": iso(row.get(4)), "updatedAt": iso(row.get(5)) })
        };
        rows.iter().map(note).collect()
    }

    pub async fn hash_of(&self, username: &str) -> String {
        let select = "SELECT users.password_hash, users.auth_provider, users.oidc_sub, users.email \
             FROM users WHERE users.username = $1::VARCHAR";
        let row = self.0.query_one(select, &[&username]).await.unwrap();
        assert_eq!(row.get::<_, &str>(1), "local");
        assert_eq!(row.get::<_, Option<&str>>(2), None);
        row.get(0)
    }
}

/// Contract section 7: six digits after the second, or none.
fn iso(instant: DateTime<Utc>) -> String {
    let fraction = if instant.timestamp_subsec_micros() == 0 {
        ""
    } else {
        "%.6f"
    };
    instant
        .format(&format!("%Y-%m-%dT%H:%M:%S{fraction}+00:00"))
        .to_string()
}
