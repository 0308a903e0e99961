"""The country of an address. The one module that knows geoip2 and maxminddb."""
