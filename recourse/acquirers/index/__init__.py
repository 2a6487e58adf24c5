"""An index over an acquirer's sales: whoever has no slip is answered in milliseconds.

Ten million sales in one SQLite file. A search states what is known; the index goes in by what
narrows most and reads the rest of what is asked beside it, without touching the rows that fall
out.
"""

from recourse.acquirers.index.sales import SaleIndex

__all__ = ["SaleIndex"]
