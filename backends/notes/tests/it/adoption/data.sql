-- What such a database holds. The hashes were made by passlib 1.7.4 with bcrypt 3.2.0, of "annapass1" and "bobbypass1".
INSERT INTO users (username, password_hash, auth_provider, email, created_at) VALUES
    ('anna', '$2b$12$NHfCApTVeCtV.sc27/lwdumXgyaXyautIbr0YoWlrlkAANQMelb52', 'local', NULL, '2024-02-29 23:59:59.000001+00'),
    ('bobby', '$2b$12$i4Aaaqe3/7pEapqxuxKWfujyq4Z1AxCegurlvwP7KDt4QpHTs0Yp6', 'local', NULL, '2024-03-01 12:00:00+02');
INSERT INTO users (username, password_hash, auth_provider, email, oidc_sub) VALUES
    ('olga', NULL, 'oidc', 'olga@example.com', 'a1b2c3d4-0000-4000-8000-000000000001');
INSERT INTO notes (id, user_id, title, content, created_at, updated_at) VALUES
    ('1', 1, 'Welcome to ParchMark', E'# Welcome to ParchMark\n\nOld text.', '2024-03-01 00:00:00+00', '2024-03-01 00:00:00+00'),
    ('note-1709251200123', 1, 'Ünïcödé 🦀', E'# Ünïcödé 🦀\n\n日本語 \\ "quoted"', '2024-03-01 00:00:00.12+00', '2024-03-02 05:06:07.000008+05:30'),
    ('note-1709251200124', 2, 'Bobby''s', E'# Bobby''s\r\n\r\nCRLF stays', '2024-03-01 00:00:01+00', '2024-03-01 00:00:01+00'),
    ('note-1709251200125', 3, 'Olga''s', E'# Olga''s\n\n', '2024-03-01 00:00:02+00', '2024-03-01 00:00:02+00');
