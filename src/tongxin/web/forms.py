"""How forms look: one renderer for the house."""

from django.forms.renderers import TemplatesSetting


class HouseRenderer(TemplatesSetting):
    """Fields as parts/field.html draws them."""
