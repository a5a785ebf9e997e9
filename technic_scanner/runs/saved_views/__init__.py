"""Views of tables that people save by name: columns in their order, filters, grouping."""
