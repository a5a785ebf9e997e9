"""The dashboard's rooms: each shows one thing, reads the run journal, and keeps no run state of its own."""
