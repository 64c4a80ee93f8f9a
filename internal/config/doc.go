// Package config is the one configuration of the server. Settings has a row for each setting; flags,
// RUDDER_CLEVERTAP_* variables and a file in YAML are three ways into it, in this order of precedence, and
// then come the defaults of the rows. Reader reads all that they name, the destinations, bearer tokens and
// certificates in files among it, and returns every problem at once, each with the way it came in. Show
// prints the result without secrets.
//
// A setting is added by a row: the flag, the variable, the key in YAML, the help, the tables in the
// documents, and the tests of its precedence come from that.
package config
