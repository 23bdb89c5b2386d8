-- Tasks of the old program's, with what people put into tags, and one row by hand that relies on the defaults.
INSERT INTO tasks (user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at)
VALUES ('ann', 'Old, with tags', NULL, true, 'High', '{"a,b","c\"d","{e}"," f ",""}', '2026-11-24', 'weekly',
        '2026-11-21T06:58:14.195331', '2026-11-21T06:58:14'),
       ('bob', 'Bob''s', 'secret', false, 'Low', '{}', NULL, NULL, '2026-11-21', '2026-11-21');
INSERT INTO tasks (user_id, title, priority) VALUES ('carl', 'By hand', 'Medium');
