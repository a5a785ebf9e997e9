"""Sessions of exchanges: those of exchange_calendars, after a check against the table that this project carries."""

from technic_scanner.adapters.calendars.calendars import ExchangeCalendars

__all__ = ["ExchangeCalendars"]
