"""Channels: webhooks of signed JSON, and the services that Apprise knows; where they may connect to is limited."""
