"""What tests share: a database, a cast, and a server to talk to."""
