"""The built-in mailbox's mail server: takes every mail on loopback, keeps it in the database, sends nothing on."""
