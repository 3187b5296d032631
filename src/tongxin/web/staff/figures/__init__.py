"""What it adds up to, for those who may read figures: the board, the rows behind each number, sheets and print."""

from tongxin.web.staff.figures.downloads import urlpatterns as downloads
from tongxin.web.staff.figures.pages import urlpatterns as pages

urlpatterns = [*pages, *downloads]
