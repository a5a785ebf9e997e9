from tests.support.others import others

__all__ = ["others"]
