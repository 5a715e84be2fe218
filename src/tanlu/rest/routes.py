"""Every router of the API."""

from tanlu.rest import documents, figures, jobs, plans

ROUTERS = (figures.router, plans.router, documents.router, jobs.router)
