"""The staff's first page: what is due, and where to go."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.STAFF, methods=("GET",))
def home(request: HouseRequest) -> HttpResponse:
    return render(request, "staff/home.html")


urlpatterns = [path("", home, name="home")]
