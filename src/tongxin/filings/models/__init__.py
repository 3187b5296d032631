from tongxin.filings.models.requests import Answer, Filler, Question, Request
from tongxin.filings.models.sheets import OfficeSheet

__all__ = ["Answer", "Filler", "OfficeSheet", "Question", "Request"]
