// Package check says before sending what CleverTap will refuse, and mends it where a destination asks for
// that. A check is a Row: what it prevents, where it looks, how it tests, how it repairs, and its own examples,
// of which the documentation and the tests are made. To add a check, add a row.
//
// The records of both rulesets are checked once they are finished. Where nothing is wrong, nothing is
// allocated; where in the event a fault comes from is looked up only once there is one.
//
//	what                                            where
//	what a row is                                   row.go
//	how records are walked through                  checker.go
//	who a record is about, and when                 ids.go
//	the standard fields of profiles                 fields.go
//	   emails, phones, dates, photos                email.go, phone.go, birth.go, photo.go
//	the names of events                             names.go
//	keys and values                                 values.go
//	how many there may be                           counts.go
//	purchases                                       purchase.go
//	device tokens                                   token.go
package check
