"""Every router of the API."""

from tanlu.rest import figures, jobs, plans

ROUTERS = (figures.router, plans.router, jobs.router)
