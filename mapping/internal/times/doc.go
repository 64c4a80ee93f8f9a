// Package times reads the times that people write, for whoever needs one: the time of a record, a person's
// date of birth. It knows no clock and no place, so the same text is the same time for ever.
package times
