from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "chengxin.catalogue"
    label = "catalogue"
