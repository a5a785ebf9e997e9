from tests.unit.plugins.others import others

__all__ = ["others"]
