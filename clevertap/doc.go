// Package clevertap holds what is known of CleverTap's server API: regions and hosts, paths and header names, limits, reserved
// names, characters, standard profile fields and their formats, and the codes by which records are refused. It holds facts and
// nothing else, so it imports nothing, and whoever needs a fact takes it from here.
//
// Tables are handed out as copies, so that nobody can change a fact for others; take them once, not for each event.
//
// Sources are CleverTap's own pages, named beside the facts: developer.clevertap.com (Upload Events, Upload User Profiles,
// Upload Device Tokens, API Errors, API Request Limit, Common API Components, Delete User Profile) and docs.clevertap.com
// (Platform Considerations, CSV Upload).
package clevertap
