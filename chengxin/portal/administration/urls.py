"""The addresses of the administration's pages."""

from django.urls import path

from chengxin.portal.administration import (
    accounts,
    clients,
    licences,
    log,
    officers,
    organisations,
    purposes,
    redirects,
)

app_name = "administration"
urlpatterns = [
    path("officers/", officers.officers, name="officers"),
    path("officers/new/", officers.enter, name="enter"),
    path("officers/<str:login>/", officers.officer, name="officer"),
    path("officers/<str:login>/grant/", officers.grant, name="grant"),
    path("officers/<str:login>/leave/", officers.leave, name="leave"),
    path("officers/<str:login>/unlock/", accounts.free, name="unlock"),
    path("officers/<str:login>/password/", accounts.new_password, name="new-password"),
    path("officers/<str:login>/factors/", accounts.factors, name="take-off-factors"),
    path("officers/<str:login>/reopen/", officers.reopen_declaration, name="reopen"),
    path("grants/<int:number>/withdraw/", officers.withdraw, name="withdraw"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/new/", organisations.enter, name="enter-organisation"),
    path("organisations/list/", organisations.load, name="load-organisations"),
    path("organisations/<str:code>/", organisations.organisation, name="organisation"),
    path("organisations/<str:code>/change/", organisations.change, name="change-organisation"),
    path("organisations/<str:code>/end/", organisations.end, name="end-organisation"),
    path("organisations/<str:code>/licences/new/", licences.enter, name="enter-licence"),
    path("licences/<int:number>/end/", licences.end, name="end-licence"),
    path("systems/", clients.clients, name="clients"),
    path("systems/new/", clients.enter, name="enter-client"),
    path("systems/<str:client_id>/", clients.client, name="client"),
    path("systems/<str:client_id>/keys/new/", clients.add_key, name="enter-key"),
    path("systems/<str:client_id>/limits/", clients.limit, name="limit-client"),
    path("systems/<str:client_id>/suspend/", clients.suspend, name="suspend-client"),
    path("systems/<str:client_id>/redirects/new/", redirects.enter, name="enter-redirect"),
    path("redirects/<int:number>/approve/", redirects.approve, name="approve-redirect"),
    path("redirects/<int:number>/withdraw/", redirects.withdraw, name="withdraw-redirect"),
    path("keys/<int:number>/approve/", clients.approve, name="approve-key"),
    path("keys/<int:number>/withdraw/", clients.withdraw, name="withdraw-key"),
    path("purposes/", purposes.purposes, name="purposes"),
    path("purposes/new/", purposes.register, name="register-purpose"),
    path("purposes/<str:code>/", purposes.purpose, name="purpose"),
    path("purposes/<str:code>/approve/", purposes.approve, name="approve-purpose"),
    path("purposes/<str:code>/withdraw/", purposes.withdraw, name="withdraw-purpose"),
    path("log/", log.log, name="log"),
    path("log.csv", log.log_file, name="log-file"),
]
