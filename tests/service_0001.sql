BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE api_keys (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	prefix VARCHAR NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	scopes JSON NOT NULL, 
	collections JSON, 
	created_by VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	expires_at INTEGER, 
	revoked_at INTEGER, 
	used_at INTEGER, 
	CONSTRAINT uq_api_keys_token_hash UNIQUE (token_hash)
);
INSERT INTO "api_keys" VALUES(1,'第一把密钥','ywk_mJ-Ubf','86804e41ba85f9fcdc3f1355605f310058f9e9bc059437324324f6f4b32a7b1b','["admin", "ask", "documents:read", "documents:write", "evaluate", "feedback", "knowledge", "metrics"]',NULL,'local',1795451778010,NULL,NULL,1795451779602);
CREATE TABLE audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at INTEGER NOT NULL, 
	actor VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	details JSON NOT NULL, 
	address VARCHAR NOT NULL, 
	request_id VARCHAR NOT NULL
);
INSERT INTO "audit" VALUES(1,1795451779627,'key:1','knowledge.create','faq:1','{}','testclient','2aa101ba9c9e9897');
CREATE TABLE channels (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	prefix VARCHAR NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	origins JSON NOT NULL, 
	collections JSON NOT NULL, 
	appearance JSON NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	minute_limit INTEGER NOT NULL, 
	day_limit INTEGER NOT NULL, 
	created_at INTEGER NOT NULL, 
	CONSTRAINT uq_channels_token_hash UNIQUE (token_hash)
);
CREATE TABLE collections (
	name VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	description TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	CONSTRAINT pk_collections PRIMARY KEY (name)
);
CREATE TABLE conversations (
	id VARCHAR NOT NULL, 
	owner VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	updated_at INTEGER NOT NULL, 
	CONSTRAINT pk_conversations PRIMARY KEY (id)
);
INSERT INTO "conversations" VALUES('01a20943fa4b0eba4917d42997285316','key:1','谁主持大会？',1795451779659,1795451779659);
CREATE TABLE evaluations (
	id VARCHAR NOT NULL, 
	job_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	task VARCHAR NOT NULL, 
	options JSON NOT NULL, 
	summary JSON, 
	created_by VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	CONSTRAINT pk_evaluations PRIMARY KEY (id)
);
CREATE TABLE faq (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	questions JSON NOT NULL, 
	answer TEXT NOT NULL, 
	collections JSON, 
	document_id INTEGER, 
	start INTEGER, 
	"end" INTEGER, 
	enabled BOOLEAN NOT NULL, 
	created_at INTEGER NOT NULL, 
	updated_at INTEGER NOT NULL
);
INSERT INTO "faq" VALUES(1,'["\u600e\u6837\u8054\u7cfb\u7ba1\u7406\u5458\uff1f"]','请拨打总机。',NULL,NULL,NULL,NULL,1,1795451779611,1795451779611);
CREATE TABLE feedback (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	turn_id VARCHAR NOT NULL, 
	verdict VARCHAR NOT NULL, 
	better TEXT NOT NULL, 
	comment TEXT NOT NULL, 
	owner VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	CONSTRAINT fk_feedback_turn_id FOREIGN KEY(turn_id) REFERENCES turns (id) ON DELETE CASCADE, 
	CONSTRAINT uq_feedback_turn_id UNIQUE (turn_id)
);
INSERT INTO "feedback" VALUES(1,'01a20943fa4b9bd781ebc43926d8f631','helpful','','','key:1',1795451780211);
CREATE TABLE grants (
	user_id INTEGER NOT NULL, 
	collection VARCHAR NOT NULL, 
	write BOOLEAN NOT NULL, 
	CONSTRAINT pk_grants PRIMARY KEY (user_id, collection), 
	CONSTRAINT fk_grants_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE TABLE job_files (
	job_id VARCHAR NOT NULL, 
	ordinal INTEGER NOT NULL, 
	source VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	size INTEGER NOT NULL, 
	encoding VARCHAR, 
	status VARCHAR NOT NULL, 
	document_id INTEGER, 
	error JSON, 
	CONSTRAINT pk_job_files PRIMARY KEY (job_id, ordinal), 
	CONSTRAINT fk_job_files_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
CREATE TABLE jobs (
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	collection VARCHAR NOT NULL, 
	payload JSON NOT NULL, 
	done INTEGER NOT NULL, 
	total INTEGER NOT NULL, 
	note VARCHAR NOT NULL, 
	result JSON, 
	error JSON, 
	created_by VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	started_at INTEGER, 
	finished_at INTEGER, 
	worker VARCHAR, 
	leased_until INTEGER, 
	attempts INTEGER NOT NULL, 
	cancel BOOLEAN NOT NULL, 
	CONSTRAINT pk_jobs PRIMARY KEY (id)
);
CREATE TABLE meta (
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('knowledge','1');
CREATE TABLE rates (
	"key" VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	expires_at INTEGER NOT NULL, 
	CONSTRAINT pk_rates PRIMARY KEY ("key")
);
INSERT INTO "rates" VALUES('ask:key:1',1,1795451839650);
CREATE TABLE sessions (
	token_hash VARCHAR NOT NULL, 
	user_id INTEGER NOT NULL, 
	csrf VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	seen_at INTEGER NOT NULL, 
	expires_at INTEGER NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (token_hash), 
	CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE TABLE synonyms (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	words JSON NOT NULL, 
	one_way BOOLEAN NOT NULL, 
	created_at INTEGER NOT NULL
);
CREATE TABLE turns (
	id VARCHAR NOT NULL, 
	conversation_id VARCHAR, 
	owner VARCHAR NOT NULL, 
	asked_at INTEGER NOT NULL, 
	question TEXT NOT NULL, 
	understood TEXT NOT NULL, 
	text TEXT NOT NULL, 
	abstained BOOLEAN NOT NULL, 
	probability FLOAT NOT NULL, 
	milliseconds FLOAT NOT NULL, 
	collections JSON, 
	answer JSON NOT NULL, 
	request_id VARCHAR NOT NULL, 
	CONSTRAINT pk_turns PRIMARY KEY (id), 
	CONSTRAINT fk_turns_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);
INSERT INTO "turns" VALUES('01a20943fa4b9bd781ebc43926d8f631','01a20943fa4b0eba4917d42997285316','key:1',1795451779659,'谁主持大会？','谁主持大会？','自治区党委副书记孙金龙主持大会',0,2.70494852311277626994e-07,517.6,NULL,'{"question": "\u8c01\u4e3b\u6301\u5927\u4f1a\uff1f", "text": "\u81ea\u6cbb\u533a\u515a\u59d4\u526f\u4e66\u8bb0\u5b59\u91d1\u9f99\u4e3b\u6301\u5927\u4f1a", "probability": 2.7049485231127763e-07, "abstained": false, "origin": "document", "faq_id": null, "citations": [{"document": "\u5e74\u9274.txt", "document_id": 1, "collection": "default", "source": "\u5e74\u9274.txt", "title": "\u5e74\u9274", "heading_path": ["\u7b2c\u4e09\u7ae0", "\u4e8c\u3001\u5956\u52b1\u5927\u4f1a"], "page": null, "first_line": 9, "last_line": 9, "start": 125, "end": 140, "quote": "\u81ea\u6cbb\u533a\u515a\u59d4\u526f\u4e66\u8bb0\u5b59\u91d1\u9f99\u4e3b\u6301\u5927\u4f1a", "evidence": "\u81ea\u6cbb\u533a\u515a\u59d4\u526f\u4e66\u8bb0\u5b59\u91d1\u9f99\u4e3b\u6301\u5927\u4f1a\u3002", "evidence_start": 125, "evidence_end": 141, "verified": true}], "items": [], "candidates": [{"text": "\u81ea\u6cbb\u533a\u515a\u59d4\u526f\u4e66\u8bb0\u5b59\u91d1\u9f99\u4e3b\u6301\u5927\u4f1a", "probability": 2.7049485231127763e-07, "citation": {"document": "\u5e74\u9274.txt", "document_id": 1, "collection": "default", "source": "\u5e74\u9274.txt", "title": "\u5e74\u9274", "heading_path": ["\u7b2c\u4e09\u7ae0", "\u4e8c\u3001\u5956\u52b1\u5927\u4f1a"], "page": null, "first_line": 9, "last_line": 9, "start": 125, "end": 140, "quote": "\u81ea\u6cbb\u533a\u515a\u59d4\u526f\u4e66\u8bb0\u5b59\u91d1\u9f99\u4e3b\u6301\u5927\u4f1a", "evidence": "\u81ea\u6cbb\u533a\u515a\u59d4\u526f\u4e66\u8bb0\u5b59\u91d1\u9f99\u4e3b\u6301\u5927\u4f1a\u3002", "evidence_start": 125, "evidence_end": 141, "verified": true}}, {"text": "\u4e8c\u3001\u5956\u52b1\u5927\u4f1a", "probability": 3.434071070471153e-10, "citation": {"document": "\u5e74\u9274.txt", "document_id": 1, "collection": "default", "source": "\u5e74\u9274.txt", "title": "\u5e74\u9274", "heading_path": ["\u7b2c\u4e09\u7ae0"], "page": null, "first_line": 8, "last_line": 8, "start": 85, "end": 91, "quote": "\u4e8c\u3001\u5956\u52b1\u5927\u4f1a", "evidence": "\u4e8c\u3001\u5956\u52b1\u5927\u4f1a", "evidence_start": 85, "evidence_end": 91, "verified": true}}, {"text": "2017\u5e749\u670822\u65e5\u4e0a\u5348\uff0c\u81ea\u6cbb\u533a\u5728\u4e4c\u9c81\u6728\u9f50\u5e02\u53ec\u5f00\u79d1\u5b66\u6280\u672f\u5956\u52b1\u5927\u4f1a", "probability": 3.434071070471153e-10, "citation": {"document": "\u5e74\u9274.txt", "document_id": 1, "collection": "default", "source": "\u5e74\u9274.txt", "title": "\u5e74\u9274", "heading_path": ["\u7b2c\u4e09\u7ae0", "\u4e8c\u3001\u5956\u52b1\u5927\u4f1a"], "page": null, "first_line": 9, "last_line": 9, "start": 92, "end": 124, "quote": "2017\u5e749\u670822\u65e5\u4e0a\u5348\uff0c\u81ea\u6cbb\u533a\u5728\u4e4c\u9c81\u6728\u9f50\u5e02\u53ec\u5f00\u79d1\u5b66\u6280\u672f\u5956\u52b1\u5927\u4f1a", "evidence": "2017\u5e749\u670822\u65e5\u4e0a\u5348\uff0c\u81ea\u6cbb\u533a\u5728\u4e4c\u9c81\u6728\u9f50\u5e02\u53ec\u5f00\u79d1\u5b66\u6280\u672f\u5956\u52b1\u5927\u4f1a\u3002", "evidence_start": 92, "evidence_end": 125, "verified": true}}, {"text": "\u4f17\u521b\u7a7a\u95f4\u573a\u5730\u9762\u79ef76595\u5e73\u65b9\u7c73\uff0c\u670d\u52a1\u7684\u521b\u4e1a\u56e2\u961f1011\u4e2a", "probability": 1.3754249923686167e-10, "citation": {"document": "\u5e74\u9274.txt", "document_id": 1, "collection": "default", "source": "\u5e74\u9274.txt", "title": "\u5e74\u9274", "heading_path": ["\u7b2c\u4e09\u7ae0", "\u4e00\u3001\u4f17\u521b\u7a7a\u95f4"], "page": null, "first_line": 5, "last_line": 6, "start": 54, "end": 83, "quote": "\u4f17\u521b\u7a7a\u95f4\u573a\u5730\u9762\u79ef76595\u5e73\u65b9\u7c73\uff0c\u670d\u52a1\u7684\u521b\u4e1a\u56e2\u961f1011\u4e2a", "evidence": "\u4f17\u521b\u7a7a\u95f4\u573a\u5730\u9762\u79ef76595\u5e73\u65b9\u7c73\uff0c\u670d\u52a1\u7684\u521b\u4e1a\u56e2\u961f1011\u4e2a\u3002", "evidence_start": 54, "evidence_end": 84, "verified": true}}, {"text": "\u79d1\u6280\u670d\u52a1", "probability": 4.8996063822314723e-11, "citation": {"document": "\u5e74\u9274.txt", "document_id": 1, "collection": "default", "source": "\u5e74\u9274.txt", "title": "\u5e74\u9274", "heading_path": ["\u7b2c\u4e09\u7ae0"], "page": null, "first_line": 2, "last_line": 2, "start": 4, "end": 8, "quote": "\u79d1\u6280\u670d\u52a1", "evidence": "\u79d1\u6280\u670d\u52a1", "evidence_start": 4, "evidence_end": 8, "verified": true}}], "timings_ms": {"embed": 0.04, "faq": 0.06, "retrieve": 109.35, "read": 394.46, "cite": 1.36, "total": 505.46}, "id": "01a20943fa4b9bd781ebc43926d8f631", "conversation": "01a20943fa4b0eba4917d42997285316", "understood": {"question": "\u8c01\u4e3b\u6301\u5927\u4f1a\uff1f", "rewritten": false, "because": ""}, "confidence": "low", "message": ""}','9eb0d26f2c159f4f');
CREATE TABLE users (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	password_hash VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	disabled BOOLEAN NOT NULL, 
	must_change BOOLEAN NOT NULL, 
	created_at INTEGER NOT NULL, 
	CONSTRAINT uq_users_name UNIQUE (name)
);
INSERT INTO "users" VALUES(1,'admin','$argon2id$v=19$m=65536,t=3,p=4$wtBev2SZZAUd0tGkqYEbDw$3j8qhGJdbc5gtaiYd9DD2IJ4MfNB5uREoi+VK2UnU4U','admin',0,0,1795451777737);
CREATE TABLE widget_sessions (
	token_hash VARCHAR NOT NULL, 
	channel_id INTEGER NOT NULL, 
	visitor VARCHAR NOT NULL, 
	origin VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	expires_at INTEGER NOT NULL, 
	CONSTRAINT pk_widget_sessions PRIMARY KEY (token_hash), 
	CONSTRAINT fk_widget_sessions_channel_id FOREIGN KEY(channel_id) REFERENCES channels (id) ON DELETE CASCADE
);
CREATE TABLE words (
	word VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	CONSTRAINT pk_words PRIMARY KEY (word)
);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_conversations_owner ON conversations (owner);
CREATE INDEX ix_jobs_status_created_at ON jobs (status, created_at);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE INDEX ix_turns_asked_at ON turns (asked_at);
CREATE INDEX ix_turns_conversation_id ON turns (conversation_id);
CREATE INDEX ix_widget_sessions_channel_id ON widget_sessions (channel_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('users',1);
INSERT INTO "sqlite_sequence" VALUES('api_keys',1);
INSERT INTO "sqlite_sequence" VALUES('faq',1);
INSERT INTO "sqlite_sequence" VALUES('audit',1);
INSERT INTO "sqlite_sequence" VALUES('feedback',1);
COMMIT;
