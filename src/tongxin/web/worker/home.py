"""The home of workers and visitors."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def home(request: HouseRequest) -> HttpResponse:
    return render(request, "worker/home.html")


urlpatterns = [path("", home, name="home")]
