"""Views of a tracker for people and programs: each is a module of its own, which nothing else imports."""
